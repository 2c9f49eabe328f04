using System.Globalization;
using System.Text.Json;

namespace Visalign.Networks.Tokenizers;

/// <summary>What <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c> of a tokenizer's folder say.</summary>
/// <remarks>
/// Of two files that name a special token differently, the configuration wins where it also lists its added tokens, and
/// the map wins in older folders, as transformers loads them.
/// </remarks>
internal sealed class TokenizerSettings
{
    private readonly string _path;
    private readonly JsonElement _config;
    private readonly JsonElement? _map;

    private TokenizerSettings(string folder)
    {
        _path = Path.Combine(folder, "tokenizer_config.json");
        _config = JsonObjectFile.Read(_path);
        _map = JsonObjectFile.ReadIfThere(Path.Combine(folder, "special_tokens_map.json"));
        AddedTokens = ReadAddedTokens();
    }

    /// <summary>Tokens that are cut out of a text as they are written, with their ids.</summary>
    internal IReadOnlyDictionary<string, int> AddedTokens { get; }

    /// <summary>Reads the files of a folder.</summary>
    /// <exception cref="InputException">The configuration is missing, or a file is malformed.</exception>
    internal static TokenizerSettings Read(string folder) => new(folder);

    /// <summary>Requires the kind of tokenizer, where the configuration names one.</summary>
    /// <exception cref="InputException">It names another.</exception>
    internal void RequireClass(params string[] supported)
    {
        if (Find("tokenizer_class") is { } found && !supported.Contains(found.ToString()))
            throw new InputException($"{_path}: 'tokenizer_class' is {found.GetRawText()}, expected {string.Join(" or ", supported)}.");
    }

    /// <summary>The spelling of a special token, such as <c>pad_token</c>.</summary>
    /// <param name="fallback">Its spelling where no file has it.</param>
    internal string Token(string key, string fallback)
    {
        bool configFirst = Find("added_tokens_decoder") is not null;
        var (first, second) = configFirst ? (Spelling(_config, key), Spelling(_map, key)) : (Spelling(_map, key), Spelling(_config, key));
        return first ?? second ?? fallback;
    }

    /// <summary>A whole number.</summary>
    /// <param name="fallback">What a missing or null key means; null: it must be there.</param>
    internal int Whole(string key, int? fallback = null) => Find(key) switch
    {
        { ValueKind: JsonValueKind.Number } found when found.TryGetInt32(out int whole) && whole >= 0 => whole,
        { } other => throw new InputException($"{_path}: '{key}' is {other.GetRawText()}, expected a whole number, 0 or more."),
        null => fallback ?? throw new InputException($"{_path} lacks '{key}'."),
    };

    /// <summary>True or false, or null where the key is missing or null.</summary>
    internal bool? Flag(string key) => Find(key) switch
    {
        { ValueKind: JsonValueKind.True or JsonValueKind.False } found => found.GetBoolean(),
        { } other => throw new InputException($"{_path}: '{key}' is {other.GetRawText()}, expected true or false."),
        null => null,
    };

    private JsonElement? Find(string key) => Member(_config, key);

    // A token is written as its text or as an object that holds it.
    private static string? Spelling(JsonElement? file, string key) => file is { } entries && Member(entries, key) is { } token
        ? token.ValueKind == JsonValueKind.Object ? Member(token, "content")?.ToString() : token.ToString()
        : null;

    private static JsonElement? Member(JsonElement entries, string key) =>
        entries.ValueKind == JsonValueKind.Object && entries.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private Dictionary<string, int> ReadAddedTokens()
    {
        Dictionary<string, int> tokens = new(StringComparer.Ordinal);
        if (Find("added_tokens_decoder") is not { } listed) return tokens;
        if (listed.ValueKind != JsonValueKind.Object) throw new InputException($"{_path}: 'added_tokens_decoder' is no object.");
        foreach (var entry in listed.EnumerateObject())
        {
            if (!int.TryParse(entry.Name, NumberStyles.None, CultureInfo.InvariantCulture, out int id) || Member(entry.Value, "content")?.GetString() is not { Length: > 0 } text)
                throw new InputException($"{_path}: 'added_tokens_decoder' has the entry '{entry.Name}', expected an id with the token's 'content'.");
            tokens[text] = id;
        }
        return tokens;
    }
}
