using System.Globalization;
using System.Text.Json;

namespace Visalign.Networks;

/// <summary>The <c>config.json</c> beside a checkpoint, read strictly: what nobody asked for is refused by name.</summary>
/// <remarks>
/// A network reads the keys it knows, says of those it knows at one value only which one that is
/// (<see cref="Only"/>), and closes with <see cref="RefuseOthers"/>. So no option of a checkpoint is ignored in silence.
/// </remarks>
public sealed class NetworkConfig
{
    private readonly Dictionary<string, JsonElement> _entries;
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    private NetworkConfig(JsonElement json, string origin)
    {
        if (json.ValueKind != JsonValueKind.Object) throw new InputException($"{origin} holds a JSON {json.ValueKind.ToString().ToLowerInvariant()}, expected an object.");
        Origin = origin;
        _entries = json.EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value, StringComparer.Ordinal);
    }

    /// <summary>Where it was read, for messages.</summary>
    public string Origin { get; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="InputException">It is missing or no JSON object.</exception>
    public static NetworkConfig Read(string path) => new(JsonObjectFile.Read(path), path);

    /// <summary>Takes an object that was already read.</summary>
    /// <param name="origin">Where it comes from, for messages.</param>
    public static NetworkConfig Of(JsonElement json, string origin) => new(json.Clone(), origin);

    /// <summary>Whether a key is there, with a value other than null. Counts as asked for.</summary>
    public bool Has(string key) => Find(key) is not null;

    /// <summary>A whole number.</summary>
    /// <param name="fallback">What a missing or null key means; null: it must be there.</param>
    public int Whole(string key, int? fallback = null) => Value(key, fallback, Whole);

    /// <summary>A number.</summary>
    /// <param name="fallback">What a missing or null key means; null: it must be there.</param>
    public double Number(string key, double? fallback = null) => Value(key, fallback, Number);

    /// <summary>Whether an object stands under a key. Counts as asked for.</summary>
    public bool IsObject(string key) => Find(key) is { ValueKind: JsonValueKind.Object };

    /// <summary>The object under a key, to be read like a file of its own.</summary>
    public NetworkConfig Object(string key) => new(Find(key) ?? throw Missing(key), $"{Origin}, {key}");

    /// <summary>True or false.</summary>
    /// <param name="fallback">What a missing or null key means; null: it must be there.</param>
    public bool Flag(string key, bool? fallback = null) => Value(key, fallback, Flag);

    /// <summary>A word.</summary>
    /// <param name="fallback">What a missing or null key means; null: it must be there.</param>
    public string Text(string key, string? fallback = null) => Find(key) is { } found ? Text(key, found) : fallback ?? throw Missing(key);

    /// <summary>A list of words.</summary>
    public string[] Texts(string key) => List(key, Text);

    /// <summary>A list of whole numbers.</summary>
    public int[] Wholes(string key) => List(key, Whole);

    /// <summary>A list of numbers.</summary>
    public double[] Numbers(string key) => List(key, Number);

    /// <summary>An object under a key, to be read by itself.</summary>
    public NetworkConfig Section(string key) => new(Find(key) ?? throw Missing(key), $"{Origin}, {key}");

    /// <summary>The numbers of an object under a key by their names, in its order; none where it is missing or null.</summary>
    public IReadOnlyList<(string Name, double Value)> NumbersByName(string key) => Find(key) switch
    {
        { ValueKind: JsonValueKind.Object } found => [.. found.EnumerateObject().Select(entry => (entry.Name, Number($"{key}.{entry.Name}", entry.Value)))],
        { } other => throw Wrong(key, other, "an object of numbers"),
        null => [],
    };

    /// <summary>One whole number for each of several levels, or a list with one for each.</summary>
    /// <param name="fallback">What a missing or null key means for every level; null: it must be there.</param>
    public int[] WholePerLevel(string key, int levels, int? fallback = null)
    {
        if (Find(key) is not { ValueKind: JsonValueKind.Array }) return [.. Enumerable.Repeat(Whole(key, fallback), levels)];
        int[] own = Wholes(key);
        return own.Length == levels ? own : throw new InputException($"{Origin}: '{key}' lists {own.Length} numbers, expected {levels}, one a level.");
    }

    /// <summary>A list with one word for each of several levels, every one of them supported.</summary>
    /// <exception cref="InputException">It has another length, or a word that is not supported.</exception>
    public string[] TextPerLevel(string key, int levels, params ReadOnlySpan<string> supported)
    {
        string[] own = Texts(key);
        if (own.Length != levels) throw new InputException($"{Origin}: '{key}' lists {own.Length} words, expected {levels}, one a level.");
        foreach (string word in own)
            if (!supported.Contains(word)) throw new InputException($"{Origin}: '{key}' has '{word}', which is not supported; expected '{string.Join("' or '", supported.ToArray())}'.");
        return own;
    }

    /// <summary>Says that a key is supported at these values only; a missing or null one is fine.</summary>
    /// <param name="supported">Numbers, booleans or strings.</param>
    /// <exception cref="InputException">It has another value.</exception>
    public void Only(string key, params object[] supported)
    {
        if (Find(key) is not { } found) return;
        if (!supported.Any(value => Same(found, value)))
            throw new InputException($"{Origin}: '{key}' is {found.GetRawText()}, which is not supported; expected {string.Join(" or ", supported.Select(value => JsonSerializer.Serialize(value)))}.");
    }

    /// <summary>Names keys that say nothing about what the network computes.</summary>
    public void Ignore(params ReadOnlySpan<string> keys)
    {
        foreach (string key in keys) _known.Add(key);
    }

    /// <summary>Closes the reading.</summary>
    /// <exception cref="InputException">A key that was never asked for has a value other than null or false.</exception>
    public void RefuseOthers()
    {
        string[] others = [.. _entries.Where(entry => !_known.Contains(entry.Key) && !entry.Key.StartsWith('_')
            && entry.Value.ValueKind is not (JsonValueKind.Null or JsonValueKind.False)).Select(entry => $"'{entry.Key}' ({Short(entry.Value)})")];
        if (others.Length > 0) throw new InputException($"{Origin} sets {string.Join(", ", others)}, which this network does not support.");
    }

    private JsonElement? Find(string key)
    {
        _known.Add(key);
        return _entries.TryGetValue(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    private T Value<T>(string key, T? fallback, Func<string, JsonElement, T> read) where T : struct =>
        Find(key) is { } found ? read(key, found) : fallback ?? throw Missing(key);

    private T[] List<T>(string key, Func<string, JsonElement, T> read) => Find(key) switch
    {
        { ValueKind: JsonValueKind.Array } found => [.. found.EnumerateArray().Select(item => read(key, item))],
        { } other => throw Wrong(key, other, "a list"),
        null => throw Missing(key),
    };

    private int Whole(string key, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int whole) ? whole : throw Wrong(key, value, "a whole number");

    private double Number(string key, JsonElement value) => value.ValueKind == JsonValueKind.Number ? value.GetDouble() : throw Wrong(key, value, "a number");

    private bool Flag(string key, JsonElement value) =>
        value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Wrong(key, value, "true or false");

    private string Text(string key, JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Wrong(key, value, "a word");

    private static bool Same(JsonElement found, object value) => value switch
    {
        bool flag => found.ValueKind == (flag ? JsonValueKind.True : JsonValueKind.False),
        string text => found.ValueKind == JsonValueKind.String && found.GetString() == text,
        _ => found.ValueKind == JsonValueKind.Number && found.GetDouble().Equals(Convert.ToDouble(value, CultureInfo.InvariantCulture)),
    };

    private static string Short(JsonElement value) => value.GetRawText() is { Length: > 40 } text ? text[..40] + "…" : value.GetRawText();

    private InputException Missing(string key) => new($"{Origin} lacks '{key}'.");

    private InputException Wrong(string key, JsonElement found, string expected) => new($"{Origin}: '{key}' is {Short(found)}, expected {expected}.");
}
