using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Visalign.Records;

/// <summary>The summaries of types and properties, from the XML files that the compiler leaves beside assemblies.</summary>
/// <remarks>An assembly without its file has no summaries; nothing else depends on them.</remarks>
internal sealed partial class DocumentationFile
{
    private readonly Dictionary<Assembly, Dictionary<string, string>> _read = [];

    /// <summary>The summary of a type, as one line of plain text, or null.</summary>
    public string? Summary(Type type) => Find(type.Assembly, $"T:{Name(type)}");

    /// <summary>The summary of a property, as one line of plain text, or null.</summary>
    public string? Summary(PropertyInfo property) => Find(property.DeclaringType!.Assembly, $"P:{Name(property.DeclaringType)}.{property.Name}");

    private string? Find(Assembly assembly, string member)
    {
        if (!_read.TryGetValue(assembly, out var summaries))
        {
            _read[assembly] = summaries = Read(Path.Combine(AppContext.BaseDirectory, $"{assembly.GetName().Name}.xml"));
        }

        return summaries.GetValueOrDefault(member);
    }

    private static Dictionary<string, string> Read(string path) =>
        !File.Exists(path)
            ? []
            : XDocument.Load(path).Descendants("member")
                .Where(member => member.Element("summary") is not null)
                .ToDictionary(member => (string)member.Attribute("name")!, member => Plain(member.Element("summary")!));

    private static string Plain(XElement summary)
    {
        var words = summary.DescendantNodes().Select(node => node switch
        {
            XText text => text.Value,
            XElement { IsEmpty: true } reference => Word(reference),
            _ => "",
        });

        return Blanks().Replace(string.Concat(words), " ").Trim();
    }

    /// <summary>The last name in a reference such as <c>&lt;see cref="P:A.B.C"/&gt;</c>.</summary>
    private static string Word(XElement reference)
    {
        string target = (string?)(reference.Attribute("cref") ?? reference.Attribute("langword") ?? reference.Attribute("name")) ?? "";
        return target[(target.LastIndexOf('.') + 1)..];
    }

    private static string Name(Type type) => type.FullName!.Replace('+', '.');

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
