using System.Text.Json;

namespace Visalign.Networks.Tokenizers;

/// <summary>CLIP's tokenizer: lower-case words, split into byte pairs.</summary>
/// <remarks>
/// Radford et al., arXiv 2103.00020. The last symbol of a word carries <c>&lt;/w&gt;</c>. A text is begin, its first
/// <c>MaximumLength - 2</c> tokens, end, and padding.
/// </remarks>
public sealed class ClipTokenizer
{
    private const string WordEnd = "</w>";

    private readonly IReadOnlyDictionary<string, int> _vocabulary;
    private readonly BytePairs _pairs;
    private readonly ClipTokenizerOptions _options;
    private readonly SpecialTokens _special;
    private readonly Dictionary<int, string> _spellings;
    private readonly int _begin, _end, _padding;

    /// <summary>A tokenizer of a vocabulary and its pairs.</summary>
    /// <param name="vocabulary">Ids by symbols joined; a word's last piece ends in <c>&lt;/w&gt;</c>.</param>
    /// <exception cref="InputException">The vocabulary lacks a byte's symbol, what a pair makes, or a special token; or a text has no room.</exception>
    public ClipTokenizer(IReadOnlyDictionary<string, int> vocabulary, BytePairs pairs, ClipTokenizerOptions options)
    {
        _vocabulary = vocabulary;
        _pairs = pairs;
        _options = options;
        if (options.MaximumLength < 3) throw new InputException($"A length of {options.MaximumLength} tokens leaves no room between begin and end; expected 3 or more.");
        foreach (string piece in ByteSymbols.InVocabularyOrder.SelectMany(symbol => new[] { $"{symbol}", symbol + WordEnd }))
            if (!vocabulary.ContainsKey(piece)) throw new InputException($"The vocabulary beside {pairs.Origin} lacks '{piece}', the symbol of a byte.");
        foreach (var (left, right) in pairs.All)
            if (!vocabulary.ContainsKey(left + right))
                throw new InputException($"{pairs.Origin} joins '{left} {right}', but the vocabulary lacks '{left + right}'.");
        Dictionary<string, int> special = new(options.Added, StringComparer.Ordinal);
        (_begin, _end, _padding) = (Special(options.Begin), Special(options.End), Special(options.Padding));
        _special = new(special);
        _spellings = vocabulary.ToDictionary(entry => entry.Value, entry => entry.Key);
        foreach (var (spelling, id) in special) _spellings.TryAdd(id, spelling);

        int Special(string token) => special.TryGetValue(token, out int known) ? known
            : vocabulary.TryGetValue(token, out int id) ? special[token] = id
            : throw new InputException($"The vocabulary beside {pairs.Origin} lacks the special token '{token}'.");
    }

    /// <summary>Tokens of an encoded text, padding included.</summary>
    public int MaximumLength => _options.MaximumLength;

    /// <summary>Opens the <c>tokenizer/</c> folder of a pipeline: <c>vocab.json</c>, <c>merges.txt</c>, <c>tokenizer_config.json</c>.</summary>
    /// <exception cref="InputException">A file is missing or malformed, or the folder is of another kind of tokenizer.</exception>
    public static ClipTokenizer Open(string folder)
    {
        var settings = TokenizerSettings.Read(folder);
        settings.RequireClass("CLIPTokenizer", "CLIPTokenizerFast");
        var standard = new ClipTokenizerOptions();
        return new(ReadVocabulary(Path.Combine(folder, "vocab.json")), BytePairs.Read(Path.Combine(folder, "merges.txt")), standard with
        {
            Begin = settings.Token("bos_token", standard.Begin),
            End = settings.Token("eos_token", standard.End),
            Padding = settings.Token("pad_token", standard.Padding),
            MaximumLength = settings.Whole("model_max_length"),
            Added = settings.AddedTokens,
        });
    }

    /// <summary>The tokens of a text, from begin to end, without padding.</summary>
    public int[] Encode(string text)
    {
        var tokens = _options.Cleaning == ClipCleaning.Pipeline
            ? _special.Cut(text).SelectMany(piece => piece.Id is { } id ? [id] : Words(Cleaned(piece.Text)))
            : Words(Cleaned(text));
        return [_begin, .. tokens.Take(MaximumLength - 2), _end];
    }

    /// <summary>The tokens of several texts, padded to <see cref="MaximumLength"/>.</summary>
    public TokenBatch Encode(IReadOnlyList<string> texts) => TokenBatch.Pad([.. texts.Select(Encode)], MaximumLength, _padding);

    /// <summary>The text of tokens: words in lower case with one space between, begin and end left out.</summary>
    /// <exception cref="ArgumentException">There is no such token.</exception>
    public string Decode(IEnumerable<int> ids)
    {
        string symbols = string.Concat(ids.Where(id => id != _begin && id != _end)
            .Select(id => _spellings.TryGetValue(id, out string? spelling) ? spelling : throw new ArgumentException($"There is no token {id}.")));
        return string.Join(' ', symbols.Split(WordEnd).Select(ByteSymbols.Text)).TrimEnd(' ');
    }

    private string Cleaned(string text) => _options.Cleaning switch
    {
        ClipCleaning.Pipeline => LowerCasing.OfWords(PromptText.Collapse(PromptText.Repair(text))),
        ClipCleaning.Fast => LowerCasing.OfCharacters(CanonicalComposition.Compose(text)),
        _ => LowerCasing.OfWords(PromptText.Clean(text)),
    };

    private IEnumerable<int> Words(string text)
    {
        foreach (string word in ClipWords.Split(text, [_options.Begin, _options.End]))
        {
            if (word == _options.Begin || word == _options.End)
            {
                yield return word == _options.Begin ? _begin : _end;
                continue;
            }
            string[] symbols = ByteSymbols.Of(word);
            symbols[^1] += WordEnd;
            foreach (string piece in _pairs.Join(symbols)) yield return _vocabulary[piece];
        }
    }

    private static Dictionary<string, int> ReadVocabulary(string path)
    {
        Dictionary<string, int> vocabulary = new(StringComparer.Ordinal);
        HashSet<int> ids = [];
        foreach (var entry in JsonObjectFile.Read(path).EnumerateObject())
        {
            if (entry.Value.ValueKind != JsonValueKind.Number || !entry.Value.TryGetInt32(out int id) || id < 0)
                throw new InputException($"{path}: '{entry.Name}' is {entry.Value.GetRawText()}, expected an id.");
            if (!ids.Add(id)) throw new InputException($"{path}: the id {id} of '{entry.Name}' is also another's.");
            vocabulary[entry.Name] = id;
        }
        return vocabulary;
    }
}
