using System.Globalization;
using System.Text.Json;
using Visalign.Generators;
using Visalign.Records;

namespace Visalign.Preferences;

/// <summary>Reads a folder of pictures and a <c>metadata.jsonl</c> that says which of two is the better one.</summary>
/// <remarks>
/// A line for each pair, in one of two forms; files are named relative to the folder:
/// <code>
/// {"prompt": "a red circle", "winner": "0-a.png", "loser": "0-b.png"}
/// {"prompt": "a red circle", "first": "0-a.png", "second": "0-b.png", "label": 0.8}
/// </code>
/// The label says how likely the first is the better one: 1, 0, or anything between. Ties, at 0.5, are left out, as in
/// Diffusion-DPO (Wallace et al., arXiv 2311.12908, section 5.1). Empty lines are passed over.
/// </remarks>
public static class PairFolder
{
    /// <summary>The file of the pairs.</summary>
    public const string FileName = "metadata.jsonl";

    private static readonly string[] Decided = ["prompt", "winner", "loser"], Labeled = ["prompt", "first", "second", "label"];

    /// <summary>Reads all pairs; the pictures are looked for, not yet read.</summary>
    /// <param name="folder">It holds the file.</param>
    /// <param name="generator">What has to read the prompts.</param>
    /// <exception cref="InputException">Nothing there, no pair, or a line that is malformed; the sentence names file and line.</exception>
    public static IReadOnlyList<PicturePair> Read(string folder, IGenerator generator)
    {
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path)) throw new InputException($"pairs.folder: there is no {FileName} in '{folder}'. Name a folder with pictures and a {FileName} whose lines have the keys prompt, winner and loser.");
        List<PicturePair> pairs = [];
        foreach (var (number, line) in File.ReadLines(path).Index())
        {
            if (line.Trim().Length == 0) continue;
            try
            {
                if (Pair(folder, line) is not { } pair) continue;
                generator.Check(pair.Condition);
                pairs.Add(pair);
            }
            catch (JsonException fault)
            {
                throw new InputException($"{path}({number + 1}): is no JSON; expected an object a line, with the keys {string.Join(", ", Decided)} or {string.Join(", ", Labeled)}.", fault);
            }
            catch (InputException fault)
            {
                throw new InputException($"{path}({number + 1}): {fault.Message}", fault);
            }
        }
        return pairs.Count > 0 ? pairs : throw new InputException($"{path}: has no pair with a better and a worse picture.");
    }

    private static PicturePair? Pair(string folder, string line)
    {
        using var json = JsonDocument.Parse(line);
        if (json.RootElement.ValueKind != JsonValueKind.Object) throw new InputException($"holds a JSON {Kind(json.RootElement)}, expected an object.");
        Dictionary<string, JsonElement> entries = new(StringComparer.Ordinal);
        foreach (var entry in json.RootElement.EnumerateObject())
            if (!entries.TryAdd(entry.Name, entry.Value)) throw new InputException($"the key '{entry.Name}' is there twice; keep one.");
        string[] keys = entries.ContainsKey("first") || entries.ContainsKey("second") || entries.ContainsKey("label") ? Labeled : Decided;
        foreach (string key in entries.Keys.Except(keys)) throw new InputException($"unknown key '{key}'. {NearestName.Hint(key, keys, "Known keys")}");
        foreach (string key in keys.Where(key => !entries.ContainsKey(key))) throw new InputException($"the key '{key}' is missing; expected {string.Join(", ", keys)}.");
        var condition = new Condition(Text("prompt"));
        if (keys == Decided) return new(condition, Picture("winner"), Picture("loser"), 1);
        double label = entries["label"].ValueKind == JsonValueKind.Number ? entries["label"].GetDouble() : double.NaN;
        if (label is not (>= 0 and <= 1)) throw new InputException($"'label' is {entries["label"].GetRawText()}, expected a number from 0 to 1: how likely the first picture is the better one.");
        var (first, second) = (Picture("first"), Picture("second"));
        return label == 0.5 ? null : label > 0.5 ? new(condition, first, second, label) : new(condition, second, first, 1 - label);

        string Text(string key) => entries[key].ValueKind == JsonValueKind.String ? entries[key].GetString()! : throw new InputException($"'{key}' is {entries[key].GetRawText()}, expected a text.");

        string Picture(string key)
        {
            string full = Path.GetFullPath(Path.Combine(folder, Text(key)));
            if (!full.StartsWith(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar, StringComparison.Ordinal)) throw new InputException($"'{key}' is '{Text(key)}', which lies outside the folder.");
            return File.Exists(full) ? full : throw new InputException($"'{key}' is '{Text(key)}', and there is no such file in the folder.");
        }
    }

    private static string Kind(JsonElement value) => value.ValueKind.ToString().ToLower(CultureInfo.InvariantCulture);
}
