using System.Text.Json;
using System.Text.RegularExpressions;

namespace Visalign.Networks.Tokenizers;

/// <summary>When T5's tokenizer puts a blank before a piece of text.</summary>
public enum BlankPrefix
{
    /// <summary>Before every piece between special tokens.</summary>
    Always,

    /// <summary>Before the text's beginning only.</summary>
    First,

    /// <summary>Nowhere.</summary>
    Never,
}

/// <summary>The tokenizer of T5 and UMT5, as the diffusion pipelines run it (<c>T5TokenizerFast</c>).</summary>
/// <remarks>
/// Raffel et al., arXiv 1910.10683, over a SentencePiece unigram vocabulary. Special tokens written in the text are cut
/// out; of each piece between them characters are replaced by the model's table, blanks at the end dropped, two or more
/// blanks made one, and every word is split for itself. Bytes never stand in for unknown characters, whatever the model
/// says: the conversion that pipelines load drops that; <see cref="SentencePieceTokenizer"/> has it.
/// </remarks>
public sealed partial class T5Tokenizer
{
    private const char Blank = SentencePieceTokenizer.Blank;

    private readonly SentencePieceModel _model;
    private readonly UnigramVocabulary _vocabulary;
    private readonly SpecialTokens _special;
    private readonly BlankPrefix _prefix;
    private readonly int _end, _unknown, _padding;

    /// <summary>A tokenizer of a model.</summary>
    /// <param name="extraIds">Number of sentinels: <c>&lt;extra_id_k&gt;</c> has the id <c>pieces + extraIds - 1 - k</c>.</param>
    /// <param name="added">More tokens that are taken as they are written.</param>
    /// <exception cref="InputException">The model lacks <c>&lt;pad&gt;</c>, <c>&lt;/s&gt;</c> or <c>&lt;unk&gt;</c>.</exception>
    public T5Tokenizer(SentencePieceModel model, int extraIds = 100, BlankPrefix prefix = BlankPrefix.Always, IReadOnlyDictionary<string, int>? added = null)
    {
        _model = model;
        _prefix = prefix;
        (_padding, _end, _unknown) = (model.IdOf("<pad>"), model.IdOf("</s>"), model.IdOf("<unk>"));
        _vocabulary = new(model.Pieces.Select((piece, id) => (piece.Text, id, piece.Score)), model.Pieces.Min(piece => piece.Score));
        Dictionary<string, int> special = new(StringComparer.Ordinal) { ["<pad>"] = _padding, ["</s>"] = _end, ["<unk>"] = _unknown };
        for (int k = 0; k < extraIds; k++) special[$"<extra_id_{k}>"] = model.Pieces.Count + extraIds - 1 - k;
        foreach (var (token, id) in added ?? new Dictionary<string, int>()) special[token] = id;
        _special = new(special);
    }

    /// <summary>Opens the tokenizer's folder of a pipeline: <c>spiece.model</c> and <c>tokenizer_config.json</c>.</summary>
    /// <remarks>Where the configuration does not say whether a blank comes first, a <c>tokenizer.json</c> beside it does.</remarks>
    /// <exception cref="InputException">A file is missing or malformed, or the folder is of another kind of tokenizer.</exception>
    public static T5Tokenizer Open(string folder)
    {
        var settings = TokenizerSettings.Read(folder);
        settings.RequireClass("T5Tokenizer", "T5TokenizerFast");
        var prefix = settings.Flag("add_prefix_space") switch
        {
            true => settings.Flag("legacy") == false ? BlankPrefix.First : BlankPrefix.Always,
            false => BlankPrefix.Never,
            null => PrefixOf(JsonObjectFile.ReadIfThere(Path.Combine(folder, "tokenizer.json"))) ?? BlankPrefix.Always,
        };
        return new(SentencePieceModel.Read(Path.Combine(folder, "spiece.model")), settings.Whole("extra_ids", 100), prefix, settings.AddedTokens);
    }

    /// <summary>The tokens of a text and the end.</summary>
    /// <param name="maximumLength">Tokens at most, the end included; what goes beyond is dropped.</param>
    public int[] Encode(string text, int maximumLength = int.MaxValue)
    {
        List<int> ids = [];
        bool first = true;
        foreach (var (piece, id) in _special.Cut(text))
        {
            if (id is { } special) ids.Add(special);
            else AddPiece(piece, _prefix == BlankPrefix.Always || (_prefix == BlankPrefix.First && first), ids);
            first = false;
        }
        return [.. ids.Take(maximumLength - 1), _end];
    }

    /// <summary>The tokens of several texts, padded to a length.</summary>
    /// <param name="length">Tokens of each, end and padding included.</param>
    public TokenBatch Encode(IReadOnlyList<string> texts, int length) =>
        TokenBatch.Pad([.. texts.Select(text => Encode(text, length))], length, _padding);

    private void AddPiece(string piece, bool prefixed, List<int> ids)
    {
        string marked = Blanks().Replace(_model.Map.ReplaceClusters(piece).TrimEnd(), $"{Blank}").Replace(' ', Blank);
        if (marked.Length == 0) return;
        if (prefixed && marked[0] != Blank) marked = Blank + marked;
        for (int start = 0, next; start < marked.Length; start = next)
        {
            next = marked.IndexOf(Blank, start + 1);
            if (next < 0) next = marked.Length;
            int before = ids.Count;
            foreach (var (_, known) in _vocabulary.Split(marked[start..next]))
            {
                // Neighbors that are unknown become one, within a word.
                int id = known ?? _unknown;
                if (id != _unknown || ids.Count == before || ids[^1] != _unknown) ids.Add(id);
            }
        }
    }

    /// <summary>What the part named Metaspace says, wherever in the file it stands.</summary>
    private static BlankPrefix? PrefixOf(JsonElement? tokenizer)
    {
        if (tokenizer is not { ValueKind: JsonValueKind.Object } file || !file.TryGetProperty("pre_tokenizer", out var splitting)) return null;
        JsonElement[] parts = splitting.ValueKind == JsonValueKind.Object && splitting.TryGetProperty("pretokenizers", out var listed) && listed.ValueKind == JsonValueKind.Array
            ? [.. listed.EnumerateArray()]
            : [splitting];
        foreach (var part in parts.Where(part => part.ValueKind == JsonValueKind.Object))
        {
            if (part.TryGetProperty("prepend_scheme", out var scheme) && Enum.TryParse(scheme.ToString(), ignoreCase: true, out BlankPrefix prefix)) return prefix;
            if (part.TryGetProperty("add_prefix_space", out var flag)) return flag.ValueKind == JsonValueKind.True ? BlankPrefix.Always : BlankPrefix.Never;
        }
        return null;
    }

    [GeneratedRegex(" {2,}")]
    private static partial Regex Blanks();
}
