using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Visalign.Torch.Files;

namespace Visalign.Runs;

/// <summary>An append-only file of JSON lines, one for a remark: <c>{"iteration":40,"text":"…"}</c>.</summary>
public sealed class RemarkLog : IDisposable
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly LineFile _file;

    internal RemarkLog(IFileStorage storage, string path) => _file = new(storage, path);

    /// <summary>Bytes in the file.</summary>
    internal long Length => _file.Length;

    /// <summary>Reads a log, also while a run is writing it; a last line without its end is left out.</summary>
    /// <exception cref="InputException">The file is missing or a line is damaged.</exception>
    public static IReadOnlyList<RunRemark> Read(string path) => [.. LineFile.Read(path).Select((line, index) => Parse(path, index + 1, line))];

    internal void Append(RunRemark remark)
    {
        var line = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(line, Plain))
        {
            json.WriteStartObject();
            json.WriteNumber("iteration", remark.Iteration);
            json.WriteString("text", remark.Text);
            json.WriteEndObject();
        }
        line.Write("\n"u8);
        _file.Append(line.WrittenSpan);
    }

    internal void Sync() => _file.Sync();

    internal void CutTo(long length) => _file.CutTo(length);

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static RunRemark Parse(string path, int number, string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            return new(json.RootElement.GetProperty("iteration").GetInt64(), json.RootElement.GetProperty("text").GetString()!);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new InputException($"{path}({number}): not a line of iteration and text; the file was edited or damaged, so restore it from a copy.", fault);
        }
    }
}
