using System.Collections;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Visalign.Records;

/// <summary>Turns records back into nodes, every option written out.</summary>
internal static partial class RecordWriter
{
    /// <summary>The node of a value that is not null.</summary>
    public static YamlNode Node(Shape shape, object value) => shape switch
    {
        TextShape => Text((string)value),
        FlagShape => Plain((bool)value ? "true" : "false"),
        WholeShape => Plain(string.Create(CultureInfo.InvariantCulture, $"{value}")),
        NumberShape => Plain(Number((double)value)),
        WordShape words => Plain(Word(words, value)),
        ListShape list => new YamlList("", [.. ((IEnumerable)value).Cast<object>().Select(item => Node(list.Element, item))]),
        RecordShape record => Record(record, value),
        ChoiceShape choice => Choice(choice, value),
        _ => throw new UnreachableException(),
    };

    /// <summary>A number that every YAML reader takes for one: with a point, and a sign in the exponent.</summary>
    public static string Number(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? ".nan" : value > 0 ? ".inf" : "-.inf";
        }

        string[] parts = value.ToString("R", CultureInfo.InvariantCulture).Split('E');
        string mantissa = parts[0].Contains('.', StringComparison.Ordinal) ? parts[0] : parts[0] + ".0";
        return parts.Length == 1 ? mantissa : $"{mantissa}e{parts[1]}";
    }

    /// <summary>How one of a few values is written.</summary>
    /// <exception cref="ArgumentException">There is no word for it.</exception>
    public static string Word(WordShape words, object value) =>
        words.Words.FirstOrDefault(word => word.Value.Equals(value)).Word ?? throw new ArgumentException($"{value} has no word among {string.Join(", ", words.Words.Select(word => word.Word))}.", nameof(value));

    private static YamlMap Record(RecordShape shape, object record)
    {
        var map = new YamlMap("", []);
        foreach (var field in shape.Fields.Where(field => field.AppliesTo(record)))
        {
            object? value = field.Property.GetValue(record);
            // A section that is not there has no value to tell.
            if (value is null && field.Shape is RecordShape) continue;
            map.Entries.Add(new YamlEntry("", field.Key, value is null ? Plain("null") : Node(field.Shape, value)));
        }

        return map;
    }

    private static YamlMap Choice(ChoiceShape choice, object value)
    {
        string name = choice.NameOf(value);
        var map = Record(choice.Find(name)!, value);
        map.Entries.Insert(0, new YamlEntry("", ChoiceShape.NameKey, Text(name)));
        return map;
    }

    private static YamlScalar Plain(string text) => new("", text, Quoted: false);

    /// <summary>Bare where no reader could take it for anything else, quoted otherwise.</summary>
    private static YamlScalar Text(string text) => new("", text, Quoted: !Harmless().IsMatch(text) || text is "true" or "false" or "null" or "yes" or "no" or "on" or "off");

    [GeneratedRegex("^[a-z][a-z0-9_/-]*([. ][a-z0-9_/-]+)*$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Harmless();
}
