using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Visalign.Records;

/// <summary>A version that files state in their first line, such as <c>recipe: 1</c>.</summary>
/// <param name="Key">The key, which also names the kind of file.</param>
/// <param name="Number">The only number read.</param>
public sealed record FormatVersion(string Key, int Number);

/// <summary>The YAML file behind a tree of option records: read, written and described from the same types.</summary>
/// <remarks>
/// Keys are the property names in snake_case, enum values are written in kebab-case, and everything unknown, misplaced,
/// missing or out of range is told at once, a sentence each, with file, line and column.
/// <para>
/// Records are sealed, with init-only properties of these types: bool, int, long, double, string, enums, records,
/// <see cref="ValueList{T}"/> of any of them, and interfaces whose records or values <see cref="RecordTypes"/> names.
/// <c>[Range]</c> bounds numbers (of a list: each), <c>required</c> makes a key mandatory, <see cref="OnlyWithAttribute"/>
/// ties a key to the value of another, and a record that implements
/// <see cref="System.ComponentModel.DataAnnotations.IValidatableObject"/> checks what else depends on several keys.
/// </para>
/// </remarks>
/// <typeparam name="T">The record at the root.</typeparam>
public sealed class RecordFormat<T> where T : class
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly RecordShape _shape;
    private readonly FormatVersion? _version;

    /// <summary>The format of <typeparamref name="T"/>.</summary>
    /// <param name="types">The records behind names.</param>
    /// <param name="version">Written first and checked first; null for files without one.</param>
    /// <exception cref="ArgumentException">A property has a type that no file can hold.</exception>
    public RecordFormat(RecordTypes types, FormatVersion? version = null)
    {
        _shape = new ShapeReader(types).Record(typeof(T));
        _version = version;
    }

    /// <summary>Reads a file.</summary>
    /// <param name="path">A YAML file; faults call it by this path.</param>
    /// <param name="overrides">Values that replace those of the file, each as <c>rollout.steps=4</c>.</param>
    /// <exception cref="InputException">No such file, or its faults, a line each.</exception>
    public T Read(string path, params IReadOnlyList<string> overrides) => Parse(TextFile.Read(path), path, overrides);

    /// <summary>Reads a text.</summary>
    /// <param name="text">YAML.</param>
    /// <param name="source">What faults call it.</param>
    /// <param name="overrides">Values that replace those of the text, each as <c>rollout.steps=4</c>.</param>
    /// <exception cref="InputException">Its faults, a line each.</exception>
    public T Parse(string text, string source, params IReadOnlyList<string> overrides)
    {
        var faults = new List<string>();
        var node = YamlReader.Read(text, source, faults);
        if (node is not YamlMap map)
        {
            throw new InputException($"{node.Where}: expected keys such as '{_shape.Fields[0].Key}', found {node.InWords}.");
        }

        foreach (string assignment in overrides)
        {
            Override.Apply(assignment, _shape, map, faults);
        }

        CheckVersion(map, faults);
        object record = new RecordBinder(faults).Record(_shape, map, "", basis: null, _version is null ? [] : [_version.Key]);

        return faults.Count == 0 ? (T)record : throw new InputException(string.Join('\n', faults));
    }

    /// <summary>Writes a record with every option, defaults too; reading the text gives an equal record.</summary>
    public string Resolve(T record)
    {
        var map = (YamlMap)RecordWriter.Node(_shape, record);
        if (_version is not null)
        {
            map.Entries.Insert(0, new YamlEntry("", _version.Key, VersionNode(_version)));
        }

        return YamlWriter.Write(map);
    }

    /// <summary>What two records do not have in common, value by value.</summary>
    public IReadOnlyList<RecordDifference> Differences(T one, T other) => RecordDifferences.Between(RecordWriter.Node(_shape, one), RecordWriter.Node(_shape, other));

    /// <summary>The JSON Schema (draft 2020-12) of such files: keys, ranges, choices, defaults and what they mean.</summary>
    /// <remarks>Descriptions are the XML summaries, where the assembly has its documentation file beside it.</remarks>
    public string Schema()
    {
        var schema = new RecordSchema(new DocumentationFile()).Record(_shape, basis: null);
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        if (_version is not null)
        {
            schema["properties"]!.AsObject().Insert(0, _version.Key, new JsonObject { ["const"] = _version.Number });
            schema["required"]!.AsArray().Insert(0, _version.Key);
        }

        return schema.ToJsonString(Indented);
    }

    private void CheckVersion(YamlMap map, List<string> faults)
    {
        if (_version is null)
        {
            return;
        }

        var expected = VersionNode(_version);
        if (map.Find(_version.Key) is not { } found)
        {
            faults.Add($"{map.Where}: missing key '{_version.Key}', the version of the file. Begin it with '{_version.Key}: {_version.Number}'.");
        }
        else if (found is not YamlScalar { Quoted: false } scalar || scalar.Text != expected.Text)
        {
            throw new InputException(
                $"{found.Where}: version {(found as YamlScalar)?.Text ?? found.InWords} of the {_version.Key} format, "
                + $"but this program reads version {_version.Number}. Use the program that wrote the file, or rewrite it for '{_version.Key}: {_version.Number}'.");
        }

        map.Entries.RemoveAll(entry => entry.Key == _version.Key);
    }

    private static YamlScalar VersionNode(FormatVersion version) =>
        new("", version.Number.ToString(System.Globalization.CultureInfo.InvariantCulture), Quoted: false);
}
