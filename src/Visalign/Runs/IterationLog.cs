using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Visalign.Torch.Files;

namespace Visalign.Runs;

/// <summary>What one iteration noted.</summary>
/// <param name="Iteration">Which iteration; later lines have larger numbers.</param>
/// <param name="Values">Finite numbers by name, such as <c>reward/mean</c>.</param>
public sealed record IterationLine(long Iteration, IReadOnlyDictionary<string, double> Values);

/// <summary>An append-only file of JSON lines, one for an iteration: <c>{"iteration":3,"kl/mean":0.01,"reward/mean":0.5}</c>.</summary>
/// <remarks>
/// Names are sorted and numbers are written with the fewest digits that read back as the same double, so equal values
/// give equal bytes.
/// </remarks>
public sealed class IterationLog : IDisposable
{
    private const string IterationKey = "iteration";
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly string _path;
    private readonly LineFile _file;

    internal IterationLog(IFileStorage storage, string path) => (_path, _file) = (path, new(storage, path));

    /// <summary>Bytes in the file.</summary>
    internal long Length => _file.Length;

    /// <summary>Reads a log, also while a run is writing it; a last line without its end is left out.</summary>
    /// <exception cref="InputException">The file is missing or a line is damaged.</exception>
    public static IReadOnlyList<IterationLine> Read(string path) => [.. LineFile.Read(path).Select((line, index) => Parse(path, index + 1, line))];

    /// <summary>Appends a line with one write.</summary>
    /// <exception cref="InputException">A value is not finite.</exception>
    internal void Append(long iteration, IReadOnlyDictionary<string, double> values) => _file.Append(Format(_path, iteration, values));

    internal void Sync() => _file.Sync();

    internal void CutTo(long length) => _file.CutTo(length);

    internal void DropTornLine() => _file.DropTornLine();

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static ReadOnlySpan<byte> Format(string path, long iteration, IReadOnlyDictionary<string, double> values)
    {
        var line = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(line, Plain))
        {
            json.WriteStartObject();
            json.WriteNumber(IterationKey, iteration);
            foreach (var (name, value) in values.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            {
                if (name == IterationKey)
                    throw new ArgumentException($"No value can be named '{IterationKey}': the number of the line has that name.");
                if (!double.IsFinite(value))
                    throw new InputException($"{path}: '{name}' is {Word(value)} at iteration {iteration} where a finite number is "
                        + "expected; the run has diverged or a judge failed, so lower the learning rate or look at the rewards.");
                json.WriteNumber(name, value);
            }
            json.WriteEndObject();
        }
        line.Write("\n"u8);
        return line.WrittenSpan;
    }

    private static string Word(double value) => double.IsNaN(value) ? "not a number (NaN)" : value > 0 ? "infinite" : "minus infinity";

    private static IterationLine Parse(string path, int number, string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            return new(
                json.RootElement.GetProperty(IterationKey).GetInt64(),
                json.RootElement.EnumerateObject().Where(entry => entry.Name != IterationKey)
                    .ToDictionary(entry => entry.Name, entry => entry.Value.GetDouble(), StringComparer.Ordinal));
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or ArgumentException)
        {
            throw new InputException($"{path}({number}): not a line of iteration and numbers; the file was edited or damaged, so restore it from a copy.", fault);
        }
    }
}
