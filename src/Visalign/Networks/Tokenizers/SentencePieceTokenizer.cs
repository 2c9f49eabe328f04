using System.Globalization;
using System.Text;

namespace Visalign.Networks.Tokenizers;

/// <summary>Encodes and decodes text exactly as the sentencepiece library does with a unigram model.</summary>
/// <remarks>Kudo and Richardson, arXiv 1808.06226. Blanks are collapsed and written U+2581; what no piece covers becomes its bytes' pieces where the model has them, else one unknown.</remarks>
public sealed class SentencePieceTokenizer
{
    internal const char Blank = '\u2581';
    private const string UnknownSurface = " \u2047 ";

    private readonly SentencePieceModel _model;
    private readonly UnigramVocabulary _vocabulary;
    private readonly int[]? _bytes;
    private readonly int _unknown;

    /// <summary>A tokenizer of a model.</summary>
    /// <exception cref="InputException">The model writes unknown characters as bytes, but lacks one of the 256.</exception>
    public SentencePieceTokenizer(SentencePieceModel model)
    {
        _model = model;
        _unknown = model.Pieces.Index().Single(entry => entry.Item.Kind == PieceKind.Unknown).Index;
        var normal = model.Pieces.Where(piece => piece.Kind == PieceKind.Normal).Select(piece => piece.Score);
        double highest = normal.Max();
        _vocabulary = new(from entry in model.Pieces.Index()
                          where entry.Item.Kind is PieceKind.Normal or PieceKind.UserDefined
                          // A longer path of probable pieces must not beat a piece that is always kept whole.
                          let score = entry.Item.Kind == PieceKind.Normal ? entry.Item.Score : entry.Item.Text.Length * highest - 0.1
                          select (entry.Item.Text, entry.Index, score), normal.Min());
        if (model.ByteFallback) _bytes = [.. Enumerable.Range(0, 256).Select(value => model.IdOf($"<0x{value:X2}>"))];
    }

    /// <summary>The pieces of a text; no end is added.</summary>
    public int[] Encode(string text)
    {
        string clean = string.Join(' ', _model.Map.ReplaceLongest(text).Split(' ', StringSplitOptions.RemoveEmptyEntries));
        if (clean.Length == 0) return [];
        string marked = (_model.AddsPrefix ? $"{Blank}" : "") + clean.Replace(' ', Blank);
        List<int> ids = [];
        foreach (var (characters, id) in _vocabulary.Split(marked.TrimEnd(Blank)))
        {
            if (id is { } known) ids.Add(known);
            else if (_bytes is not null) ids.AddRange(Encoding.UTF8.GetBytes(characters).Select(value => _bytes[value]));
            else if (ids.Count == 0 || ids[^1] != _unknown) ids.Add(_unknown);
        }
        return [.. ids];
    }

    /// <summary>The text of pieces; an unknown one shows as U+2047 between blanks, control pieces as nothing.</summary>
    /// <exception cref="ArgumentException">There is no such piece.</exception>
    public string Decode(IEnumerable<int> ids)
    {
        using var bytes = new MemoryStream();
        bool first = true;
        foreach (int id in ids)
        {
            if (id < 0 || id >= _model.Pieces.Count) throw new ArgumentException($"{_model.Path} has no piece {id}; its ids go up to {_model.Pieces.Count - 1}.");
            var piece = _model.Pieces[id];
            if (piece.Kind == PieceKind.Byte) bytes.WriteByte(byte.Parse(piece.Text.AsSpan(3, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            else bytes.Write(Encoding.UTF8.GetBytes(Surface(piece, first && _model.AddsPrefix)));
            first &= piece.Kind == PieceKind.Control;
        }
        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    private static string Surface(SentencePiece piece, bool atStart) => piece.Kind switch
    {
        PieceKind.Unknown => UnknownSurface,
        PieceKind.Control => "",
        _ when atStart && piece.Text[0] == Blank => piece.Text[1..].Replace(Blank, ' '),
        _ => piece.Text.Replace(Blank, ' '),
    };
}
