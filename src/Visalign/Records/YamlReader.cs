using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Visalign.Records;

/// <summary>Reads the harmless part of YAML: maps, lists and plain values.</summary>
/// <remarks>
/// Tags, anchors, aliases, several documents and keys that are not words are refused, as are texts longer than 1 MiB and
/// nesting deeper than 32: nothing in a recipe needs them, and they are how YAML builds types and bombs.
/// </remarks>
internal sealed class YamlReader
{
    private const int LongestText = 1 << 20;
    private const int DeepestNesting = 32;

    private readonly Parser _parser;
    private readonly Func<Mark, string> _where;
    private readonly List<string> _faults;

    private YamlReader(string text, Func<Mark, string> where, List<string> faults)
    {
        _parser = new Parser(new StringReader(text));
        _where = where;
        _faults = faults;
    }

    /// <summary>Reads a file's text; places are told as <c>source(line,column)</c>.</summary>
    /// <param name="faults">Receives a sentence for each duplicate key.</param>
    /// <exception cref="InputException">The text is not YAML, or uses what is refused.</exception>
    public static YamlNode Read(string text, string source, List<string> faults)
    {
        if (text.Length > LongestText)
        {
            throw new InputException($"{source}: {text.Length} characters, expected at most {LongestText}. Is this the right file?");
        }

        return ReadDocument(text, mark => $"{source}({mark.Line},{mark.Column})", source, faults);
    }

    /// <summary>Reads the value of an override, every part of which comes from <paramref name="place"/>.</summary>
    public static YamlNode ReadValue(string text, string place, List<string> faults) =>
        text.Length == 0 ? new YamlScalar(place, "", Quoted: false) : ReadDocument(text, _ => place, place, faults);

    private static YamlNode ReadDocument(string text, Func<Mark, string> where, string source, List<string> faults)
    {
        var reader = new YamlReader(text, where, faults);
        try
        {
            reader._parser.Consume<StreamStart>();
            if (!reader._parser.TryConsume<DocumentStart>(out _))
            {
                throw new InputException($"{source}: nothing in it, expected keys and values.");
            }

            var root = reader.Node(depth: 0);
            reader._parser.Consume<DocumentEnd>();
            if (reader._parser.TryConsume<DocumentStart>(out var second))
            {
                throw new InputException($"{where(second.Start)}: a second document begins here, expected one. Split the file.");
            }

            return root;
        }
        catch (YamlException mistake)
        {
            throw new InputException($"{where(mistake.Start)}: not readable as YAML: {mistake.Message.TrimEnd('.')}.", mistake);
        }
    }

    private YamlNode Node(int depth)
    {
        var happening = _parser.Consume<ParsingEvent>();
        string where = _where(happening.Start);
        if (depth > DeepestNesting)
        {
            throw new InputException($"{where}: nested deeper than {DeepestNesting} levels, which no file here needs.");
        }

        if (happening is NodeEvent { Tag.IsEmpty: false } tagged)
        {
            throw new InputException($"{where}: the tag '{tagged.Tag}' is not allowed here. Remove it and write the plain value.");
        }

        if (happening is AnchorAlias or NodeEvent { Anchor.IsEmpty: false })
        {
            throw new InputException($"{where}: anchors and aliases are not allowed here. Write the value out where it is needed.");
        }

        return happening switch
        {
            Scalar scalar => new YamlScalar(where, scalar.Value, scalar.Style != ScalarStyle.Plain),
            SequenceStart => List(where, depth),
            MappingStart => Map(where, depth),
            _ => throw new InputException($"{where}: expected a value."),
        };
    }

    private YamlList List(string where, int depth)
    {
        var items = new List<YamlNode>();
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            items.Add(Node(depth + 1));
        }

        return new YamlList(where, items);
    }

    private YamlMap Map(string where, int depth)
    {
        var map = new YamlMap(where, []);
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var node = Node(depth + 1);
            if (node is not YamlScalar key)
            {
                throw new InputException($"{node.Where}: expected a key, found {node.InWords}.");
            }

            var value = Node(depth + 1);
            if (map.Find(key.Text) is null)
            {
                map.Entries.Add(new YamlEntry(key.Where, key.Text, value));
            }
            else
            {
                _faults.Add($"{key.Where}: the key '{key.Text}' is written twice. Keep one of them.");
            }
        }

        return map;
    }
}
