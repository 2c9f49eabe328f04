using System.Text.Json;
using Google.Protobuf;
using Visalign.Networks.Tokenizers;

namespace Visalign.Tests.Networks.Tokenizers;

/// <summary>Tokenizers of a few pieces, as files.</summary>
internal static class TinyTokenizers
{
    public static readonly (string, string)[] Pairs = [("c", "a"), ("ca", "t</w>"), ("o", "w"), ("ow", "l</w>"), ("!", "!</w>")];

    /// <summary>The ids of a byte-pair vocabulary: 512 for bytes, then the pairs, then begin and end.</summary>
    public static Dictionary<string, int> Vocabulary(IEnumerable<(string Left, string Right)> pairs)
    {
        string[] symbols = [.. ByteSymbols.InVocabularyOrder.Select(symbol => $"{symbol}")];
        return symbols.Concat(symbols.Select(symbol => symbol + "</w>")).Concat(pairs.Select(pair => pair.Left + pair.Right)).Concat(["<|startoftext|>", "<|endoftext|>"])
            .Index().ToDictionary(piece => piece.Item, piece => piece.Index, StringComparer.Ordinal);
    }

    public static ClipTokenizer Clip(ClipTokenizerOptions options) => new(Vocabulary(Pairs), new BytePairs(Pairs, "merges"), options);

    /// <summary>Writes the folder of a CLIP tokenizer.</summary>
    public static void WriteClip(string folder, string config = """{ "model_max_length": 8 }""", string? map = null)
    {
        File.WriteAllText(Path.Combine(folder, "vocab.json"), JsonSerializer.Serialize(Vocabulary(Pairs)));
        File.WriteAllText(Path.Combine(folder, "merges.txt"), "#version: 0.2\n" + string.Concat(Pairs.Select(pair => $"{pair.Item1} {pair.Item2}\n")));
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), config);
        if (map is not null) File.WriteAllText(Path.Combine(folder, "special_tokens_map.json"), map);
    }

    /// <summary>Pieces of a T5 over a few words, with their scores.</summary>
    public static readonly (string Text, float Score, PieceKind Kind)[] Pieces =
    [
        ("<pad>", 0, PieceKind.Control), ("</s>", 0, PieceKind.Control), ("<unk>", 0, PieceKind.Unknown),
        ("▁", -3, PieceKind.Normal), ("▁a", -2, PieceKind.Normal), ("a", -4, PieceKind.Normal), ("b", -4.5f, PieceKind.Normal), ("c", -5, PieceKind.Normal),
        ("ab", -5.5f, PieceKind.Normal), ("bc", -6, PieceKind.Normal), ("abc", -12, PieceKind.Normal), ("▁ab", -7, PieceKind.Normal), ("ca", -7, PieceKind.Normal),
    ];

    public static IEnumerable<(string, float, PieceKind)> BytePieces => Enumerable.Range(0, 256).Select(value => ($"<0x{value:X2}>", 0f, PieceKind.Byte));

    /// <summary>Writes a model file.</summary>
    /// <param name="map">The block of character replacements.</param>
    public static string WriteModel(string path, IEnumerable<(string Text, float Score, PieceKind Kind)> pieces, bool byteFallback = false, int modelType = 1, byte[]? map = null)
    {
        using var file = File.Create(path);
        using var output = new CodedOutputStream(file);
        foreach (var (text, score, kind) in pieces)
            Message(output, 1, piece =>
            {
                piece.WriteTag(1, WireFormat.WireType.LengthDelimited);
                piece.WriteString(text);
                piece.WriteTag(2, WireFormat.WireType.Fixed32);
                piece.WriteFloat(score);
                piece.WriteTag(3, WireFormat.WireType.Varint);
                piece.WriteEnum((int)kind);
            });
        Message(output, 2, training =>
        {
            training.WriteTag(3, WireFormat.WireType.Varint);
            training.WriteEnum(modelType);
            training.WriteTag(35, WireFormat.WireType.Varint);
            training.WriteBool(byteFallback);
        });
        Message(output, 3, normalization =>
        {
            normalization.WriteTag(2, WireFormat.WireType.LengthDelimited);
            normalization.WriteBytes(ByteString.CopyFrom(map ?? []));
        });
        return path;
    }

    private static void Message(CodedOutputStream output, int field, Action<CodedOutputStream> write)
    {
        using var bytes = new MemoryStream();
        using (var inner = new CodedOutputStream(bytes, leaveOpen: true)) write(inner);
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(bytes.ToArray()));
    }
}
