using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Visalign.Torch.Safetensors;

/// <summary>What stands in front of the data: names, types, shapes, places and free text.</summary>
/// <remarks>
/// The rules are the reference loader's: strict JSON in UTF-8 (white space allowed around it), no field of a
/// description twice, unknown fields ignored, of repeated names the last counts; the arrays' ranges, in order, begin
/// at 0, follow each other without gap or overlap, are as long as type and shape say, and end with the file.
/// </remarks>
/// <param name="Entries">By name; offsets count from the start of the file.</param>
/// <param name="Metadata">The file's free text, or null where it has none.</param>
internal sealed record SafetensorsHeader(
    IReadOnlyDictionary<string, SafetensorsEntry> Entries, IReadOnlyDictionary<string, string>? Metadata)
{
    /// <summary>Bytes of the little-endian header length at the start of the file.</summary>
    public const int PrefixLength = 8;

    /// <summary>The longest header the format allows, in bytes.</summary>
    public const int LongestHeader = 100_000_000;

    // The reference's JSON reader stops at 128 levels.
    private static readonly JsonReaderOptions Strict = new() { MaxDepth = 127 };

    /// <summary>Reads a header.</summary>
    /// <param name="text">The header's bytes, without the length in front.</param>
    /// <param name="dataLength">Bytes of the file after the header.</param>
    /// <exception cref="FormatException">The header breaks a rule; the message completes "FILE: ".</exception>
    public static SafetensorsHeader Parse(ReadOnlySpan<byte> text, long dataLength)
    {
        if (!Utf8.IsValid(text))
            throw new FormatException("its header is not UTF-8 text; the file is damaged or not a safetensors file");
        var descriptions = new Dictionary<string, TensorDescription>(StringComparer.Ordinal);
        IReadOnlyDictionary<string, string>? metadata = null;
        bool metadataSeen = false;
        try
        {
            var json = new Utf8JsonReader(text, Strict);
            json.Read();
            Demand(json.TokenType == JsonTokenType.StartObject, "its header must be a JSON object of tensor descriptions");
            while (NextProperty(ref json, out string name))
            {
                if (name == "__metadata__")
                {
                    Demand(!metadataSeen, "its header has __metadata__ twice; once is allowed");
                    metadataSeen = true;
                    metadata = ReadMetadata(ref json);
                }
                else
                {
                    descriptions[name] = TensorDescription.Read(ref json, name);
                }
            }
            while (json.Read())
            {
            }
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // InvalidOperationException is how the reader reports half of a surrogate pair in a string.
            throw new FormatException($"its header is not strict JSON ({FirstSentence(fault.Message)})", fault);
        }
        long start = PrefixLength + text.Length;
        var entries = descriptions.ToDictionary(
            description => description.Key, description => description.Value.ToEntry(description.Key, start), StringComparer.Ordinal);
        CheckPlaces(entries.Values, start, dataLength);
        return new(entries, metadata);
    }

    /// <summary>Ends the parsing with a sentence unless a rule holds.</summary>
    internal static void Demand(bool holds, string sentence)
    {
        if (!holds)
            throw new FormatException(sentence);
    }

    /// <summary>Moves to the next property's value.</summary>
    internal static bool NextProperty(ref Utf8JsonReader json, out string name)
    {
        json.Read();
        name = json.TokenType == JsonTokenType.PropertyName ? json.GetString()! : "";
        return json.TokenType == JsonTokenType.PropertyName && json.Read();
    }

    private static Dictionary<string, string>? ReadMetadata(ref Utf8JsonReader json)
    {
        const string Rule = "its __metadata__ must be an object whose values are all strings";
        if (json.TokenType == JsonTokenType.Null)
            return null;
        Demand(json.TokenType == JsonTokenType.StartObject, Rule);
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        while (NextProperty(ref json, out string name))
        {
            Demand(json.TokenType == JsonTokenType.String, Rule);
            metadata[name] = json.GetString()!;
        }
        return metadata;
    }

    private static void CheckPlaces(IEnumerable<SafetensorsEntry> entries, long start, long dataLength)
    {
        long end = 0;
        string before = "the start of the data";
        foreach (var entry in entries.OrderBy(entry => entry.Offset).ThenBy(entry => entry.ByteCount))
        {
            long from = entry.Offset - start;
            Demand(from == end, $"tensor '{entry.Name}' begins at byte {from} of the data, but {before} ends at {end}; "
                + "tensors must follow each other without gap or overlap");
            end = from + entry.ByteCount;
            before = $"tensor '{entry.Name}'";
        }
        Demand(end == dataLength, $"its tensors need {end} bytes of data but the file has {dataLength}; "
            + (end > dataLength ? "it was cut short: copy or download it again" : "something was appended to it"));
    }

    private static string FirstSentence(string message) => message.Split(". ")[0].TrimEnd('.');
}
