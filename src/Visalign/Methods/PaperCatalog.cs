using System.Reflection;
using System.Text;
using System.Text.Json;
using Visalign.Records;

namespace Visalign.Methods;

/// <summary>The list of papers, one YAML file each, carried inside the program.</summary>
public static class PaperCatalog
{
    private const string Folder = "papers/";

    private static readonly RecordFormat<Paper> Format = new(RecordTypes.None);

    /// <summary>All papers, by section in reading order, then date, then slug.</summary>
    public static IReadOnlyList<Paper> Load()
    {
        var assembly = System.Reflection.Assembly.GetExecutingAssembly();

        return InOrder(assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
            .Select(name => Parse(name, Text(assembly, name))));
    }

    /// <summary>The papers in a folder of YAML files, in the same order.</summary>
    /// <exception cref="InputException">No such folder, or the faults of its first broken file.</exception>
    public static IReadOnlyList<Paper> Load(string folder) =>
        Directory.Exists(folder)
            ? InOrder(Directory.EnumerateFiles(folder, "*.yaml").Order(StringComparer.Ordinal).Select(path => Check(Format.Read(path), path)))
            : throw new InputException($"{folder}: no such folder, expected the one with the papers' YAML files.");

    /// <summary>Reads one paper.</summary>
    /// <param name="fileName">What faults call it; without its ending it must be the slug.</param>
    /// <exception cref="InputException">Its faults, a line each.</exception>
    public static Paper Parse(string fileName, string text) => Check(Format.Parse(text, fileName), fileName);

    /// <summary>The paper of a slug.</summary>
    /// <exception cref="InputException">There is none; the nearest slug is offered.</exception>
    public static Paper Find(IReadOnlyList<Paper> papers, string slug) =>
        papers.FirstOrDefault(paper => paper.Slug == slug)
        ?? throw new InputException($"No paper is called '{slug}'. "
            + (NearestName.Among(slug, papers.Select(paper => paper.Slug)) is { } near
                ? $"Did you mean '{near}'?"
                : "'visalign papers' lists them all."));

    /// <summary>What each paper is and what was measured, as a JSON array with an object for each.</summary>
    /// <remarks>
    /// Keys: <c>slug</c>, <c>section</c>, <c>recipe</c> (strings), <c>runs</c>, <c>oracle</c>, <c>shown</c> (booleans), <c>claim_held</c>
    /// ("yes", "no", "unclear" or null), <c>name</c>, <c>title</c>, <c>date</c>, <c>arxiv</c>, <c>summary</c> (strings), and <c>study</c>: null, or an
    /// object of <c>hypothesis</c>, <c>baselines</c>, <c>budget</c>, <c>command</c>, <c>result</c> (strings).
    /// </remarks>
    public static string ToJson(IReadOnlyList<Paper> papers)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartArray();
            foreach (var paper in papers)
            {
                json.WriteStartObject();
                json.WriteString("slug", paper.Slug);
                json.WriteString("section", Kebab(paper.Section));
                json.WriteString("recipe", paper.Recipe);
                json.WriteBoolean("runs", paper.Runs);
                json.WriteBoolean("oracle", paper.Oracle);
                json.WriteBoolean("shown", paper.Shown);
                json.WriteString("claim_held", paper.ClaimHeld is { } held ? Kebab(held) : null);
                json.WriteString("name", paper.Name);
                json.WriteString("title", paper.Title);
                json.WriteString("date", paper.Date);
                json.WriteString("arxiv", paper.Arxiv);
                json.WriteString("summary", paper.Summary);
                Write(json, paper.Study);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void Write(Utf8JsonWriter json, PaperStudy? study)
    {
        if (study is null)
        {
            json.WriteNull("study");
            return;
        }

        json.WriteStartObject("study");
        json.WriteString("hypothesis", study.Hypothesis);
        json.WriteString("baselines", study.Baselines);
        json.WriteString("budget", study.Budget);
        json.WriteString("command", study.Command);
        json.WriteString("result", study.Result);
        json.WriteEndObject();
    }

    private static Paper Check(Paper paper, string file) =>
        paper.Slug == Path.GetFileNameWithoutExtension(file)
            ? paper
            : throw new InputException($"{file}: the slug is '{paper.Slug}', expected the name of the file, '{Path.GetFileNameWithoutExtension(file)}'.");

    private static IReadOnlyList<Paper> InOrder(IEnumerable<Paper> papers) =>
    [
        .. papers.OrderBy(paper => paper.Section)
            .ThenBy(paper => paper.Date, StringComparer.Ordinal)
            .ThenBy(paper => paper.Slug, StringComparer.Ordinal),
    ];

    private static string Text(System.Reflection.Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }

    private static string Kebab<T>(T value) where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());
}
