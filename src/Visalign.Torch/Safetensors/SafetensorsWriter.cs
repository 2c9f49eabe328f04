using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using Visalign.Torch.Files;

namespace Visalign.Torch.Safetensors;

/// <summary>Writes safetensors files: the same arrays and texts give the same bytes, whatever order they come in.</summary>
/// <remarks>
/// As in the reference writer, arrays are laid out by descending type, then by name, and the header is padded with
/// spaces to a multiple of 8, so every array is aligned. Departure: metadata is sorted by key, where the reference's
/// order is random.
/// </remarks>
public static class SafetensorsWriter
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = PlainJsonEncoder.Instance };

    /// <summary>Writes a file atomically: the path holds the old file or the whole new one.</summary>
    /// <param name="arrays">By name.</param>
    /// <param name="metadata">Free text by key; empty for none.</param>
    /// <exception cref="IOException">The disk is full or refuses.</exception>
    public static void Save(
        string path, IReadOnlyDictionary<string, StoredArray> arrays, IReadOnlyDictionary<string, string>? metadata = null) =>
        new DiskStorage().Replace(path, stream => Write(stream, arrays, metadata));

    /// <summary>Writes a file's content.</summary>
    /// <inheritdoc cref="Save"/>
    public static void Write(
        Stream stream, IReadOnlyDictionary<string, StoredArray> arrays, IReadOnlyDictionary<string, string>? metadata = null) =>
        WriteInOrder(stream, Ordered(arrays), metadata);

    /// <summary>The arrays in the order of the file.</summary>
    internal static List<KeyValuePair<string, StoredArray>> Ordered(IReadOnlyDictionary<string, StoredArray> arrays) =>
        [.. arrays.OrderByDescending(array => array.Value.Type).ThenBy(array => array.Key, StringComparer.Ordinal)];

    /// <summary>Writes a file's content, the arrays in the order given.</summary>
    internal static void WriteInOrder(
        Stream stream, IReadOnlyList<KeyValuePair<string, StoredArray>> arrays, IReadOnlyDictionary<string, string>? metadata)
    {
        var header = Header(arrays, metadata);
        Span<byte> length = stackalloc byte[SafetensorsHeader.PrefixLength];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (var array in arrays)
            array.Value.WriteTo(stream);
    }

    private static ReadOnlySpan<byte> Header(
        IReadOnlyList<KeyValuePair<string, StoredArray>> arrays, IReadOnlyDictionary<string, string>? metadata)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text, Plain))
        {
            json.WriteStartObject();
            if (metadata is not null)
                WriteMetadata(json, metadata);
            long end = 0;
            foreach (var (name, array) in arrays)
                WriteDescription(json, name, array, end, end += array.ByteCount);
            json.WriteEndObject();
        }
        int padding = -text.WrittenCount & 7;
        text.GetSpan(padding)[..padding].Fill((byte)' ');
        text.Advance(padding);
        if (text.WrittenCount > SafetensorsHeader.LongestHeader)
            throw new ArgumentException($"The header would take {text.WrittenCount} bytes; the format allows {SafetensorsHeader.LongestHeader}.");
        return text.WrittenSpan;
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string> metadata)
    {
        json.WriteStartObject("__metadata__");
        foreach (var (key, value) in metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            json.WriteString(key, value);
        json.WriteEndObject();
    }

    private static void WriteDescription(Utf8JsonWriter json, string name, StoredArray array, long begin, long end)
    {
        if (name == "__metadata__")
            throw new ArgumentException("No array can be named __metadata__: the format keeps that name for its texts.");
        json.WriteStartObject(name);
        json.WriteString("dtype", array.Type.FormatName());
        json.WriteStartArray("shape");
        foreach (long size in array.Shape)
            json.WriteNumberValue(size);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(begin);
        json.WriteNumberValue(end);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
