using System.Globalization;
using System.Text.Json;
using Visalign.Networks.Tokenizers;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>Handles <c>tok-clip</c>: three implementations' ids of many strings, and padded rows.</summary>
public static class ClipTokenizerOracle
{
    /// <inheritdoc cref="OracleHandler"/>
    public static void Run(OracleCase oracle, OracleComparison comparison)
    {
        var pairs = BytePairs.Read(Beside(oracle, "merges.txt"));
        var standard = new ClipTokenizerOptions { MaximumLength = oracle.Config.GetProperty("max_length").GetInt32() };
        var vocabulary = Vocabulary(pairs, oracle, standard.Begin, standard.End);
        var pipeline = new ClipTokenizer(vocabulary, pairs, standard);
        var fast = new ClipTokenizer(vocabulary, pairs, standard with { Cleaning = ClipCleaning.Fast });
        var (begin, end) = ("<start_of_text>", "<end_of_text>");
        var openClip = new ClipTokenizer(Vocabulary(pairs, oracle, begin, end), pairs,
            standard with { Cleaning = ClipCleaning.OpenClip, Begin = begin, End = end, Padding = "!" });

        foreach (var item in oracle.Root.GetProperty("cases").EnumerateArray())
        {
            string text = item.GetProperty("text").GetString()!, quoted = JsonSerializer.Serialize(text);
            comparison.ExpectEqual($"pipeline {quoted}", Line(pipeline.Encode(text)), Line(item, "ids"));
            comparison.ExpectEqual($"fast {quoted}", Line(fast.Encode(text)), Line(item, "ids_fast", "ids"));
            comparison.ExpectEqual($"open_clip {quoted}", Line(openClip.Encode(text)), Line(item, "ids_open_clip", "ids"));
        }
        foreach (var item in oracle.Root.GetProperty("padded").EnumerateArray())
        {
            string text = item.GetProperty("text").GetString()!, quoted = JsonSerializer.Serialize(text);
            foreach (var row in item.EnumerateObject().Where(row => row.Name.StartsWith("pad_", StringComparison.Ordinal) && row.Value.ValueKind == JsonValueKind.Array))
            {
                int padding = int.Parse(row.Name["pad_".Length..], CultureInfo.InvariantCulture);
                string token = vocabulary.Single(entry => entry.Value == padding).Key;
                var batch = new ClipTokenizer(vocabulary, pairs, standard with { Padding = token }).Encode([text]);
                comparison.ExpectEqual($"{row.Name} {quoted}", Line(batch.Ids), Line(item, row.Name));
                comparison.ExpectEqual($"mask {quoted}", batch.Mask.Sum(), item.GetProperty("mask").GetInt64());
            }
            comparison.ExpectEqual($"padded open_clip {quoted}", Line(openClip.Encode([text]).Ids), Line(item, "open_clip"));
        }
    }

    /// <summary>A file beside a case, or beside the shipped case of that slug.</summary>
    internal static string Beside(OracleCase oracle, string name) =>
        File.Exists(Path.Combine(oracle.Folder, name)) ? Path.Combine(oracle.Folder, name) : Path.Combine(OracleRoot.Path, oracle.Slug, name);

    internal static string Line<T>(IEnumerable<T> ids) => string.Join(' ', ids);

    /// <summary>The ids under the first of the keys that is there.</summary>
    internal static string Line(JsonElement item, params string[] keys) =>
        Line(item.GetProperty(keys.First(key => item.TryGetProperty(key, out _))).EnumerateArray().Select(id => id.GetInt64()));

    // By the rule in the case's config: bytes, bytes that end a word, pairs, begin and end.
    private static Dictionary<string, int> Vocabulary(BytePairs pairs, OracleCase oracle, string begin, string end)
    {
        string[] symbols = [.. ByteSymbols.InVocabularyOrder.Select(symbol => $"{symbol}")];
        var pieces = symbols.Concat(symbols.Select(symbol => symbol + "</w>")).Concat(pairs.All.Select(pair => pair.Left + pair.Right));
        var vocabulary = pieces.Index().ToDictionary(piece => piece.Item, piece => piece.Index, StringComparer.Ordinal);
        vocabulary[begin] = oracle.Config.GetProperty("bos").GetInt32();
        vocabulary[end] = oracle.Config.GetProperty("eos").GetInt32();
        return vocabulary;
    }
}
