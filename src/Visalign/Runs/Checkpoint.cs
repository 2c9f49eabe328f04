using System.Globalization;
using System.Text.Json.Nodes;
using Visalign.Torch.Safetensors;

namespace Visalign.Runs;

/// <summary>Everything a run needs to go on from an iteration: arrays and a JSON state. Read from a file whose checksum held.</summary>
/// <remarks>The arrays are mapped, not copied; they are readable until this is disposed.</remarks>
public sealed class Checkpoint : IDisposable
{
    private const string IterationKey = "iteration";
    private const string MetricsLengthKey = "metrics_length";
    private const string RemarksLengthKey = "remarks_length";
    private const string StateKey = "state";
    private readonly SafetensorsFile _file;

    private Checkpoint(SafetensorsFile file, long iteration, LogLengths lengths, JsonObject state)
    {
        _file = file;
        Iteration = iteration;
        Lengths = lengths;
        State = state;
    }

    /// <summary>The iteration it was saved for.</summary>
    public long Iteration { get; }

    /// <summary>What was saved beside the arrays: random states, counters, running averages.</summary>
    public JsonObject State { get; }

    /// <summary>The saved arrays, by name.</summary>
    public IEnumerable<SafetensorsEntry> Entries => _file.Entries.Values.Where(entry => entry.Name != SafetensorsSeal.Name);

    /// <summary>How long the logs were when it was saved.</summary>
    internal LogLengths Lengths { get; }

    /// <summary>The bytes of an array, readable until this is disposed.</summary>
    /// <exception cref="InputException">It has no array of that name.</exception>
    public ReadOnlySpan<byte> Bytes(string name) => _file.Bytes(name);

    /// <summary>The bytes of an array, readable until the pin is disposed.</summary>
    /// <exception cref="InputException">It has no array of that name.</exception>
    public PinnedBytes Pin(string name) => _file.Pin(name);

    /// <summary>A copy of an array's numbers in single precision.</summary>
    /// <exception cref="InputException">It has no array of that name.</exception>
    public float[] Singles(string name) => StoredNumbers.ToSingles(_file.Entry(name).Type, _file.Bytes(name));

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    /// <summary>Writes a checkpoint's content: a sealed safetensors file.</summary>
    internal static void Write(
        Stream stream, long iteration, LogLengths lengths, IReadOnlyDictionary<string, StoredArray> arrays, JsonObject state) =>
        SafetensorsSeal.Write(stream, arrays, new Dictionary<string, string>
        {
            [IterationKey] = iteration.ToString(CultureInfo.InvariantCulture),
            [MetricsLengthKey] = lengths.Metrics.ToString(CultureInfo.InvariantCulture),
            [RemarksLengthKey] = lengths.Remarks.ToString(CultureInfo.InvariantCulture),
            [StateKey] = state.ToJsonString(),
        });

    /// <summary>Opens a checkpoint if it is whole.</summary>
    /// <param name="iteration">The iteration its name says.</param>
    /// <param name="fault">What is wrong with it, to complete "FILE ", or null.</param>
    internal static Checkpoint? TryOpen(string path, long iteration, out string? fault)
    {
        SafetensorsFile? file = null;
        try
        {
            fault = "is damaged: its checksum does not match its content";
            if (!SafetensorsSeal.Holds(path))
                return null;
            file = SafetensorsFile.Open(path);
            fault = "holds no checkpoint of that iteration";
            if (file.Metadata?.GetValueOrDefault(IterationKey) != iteration.ToString(CultureInfo.InvariantCulture))
                return Nothing(file);
            var checkpoint = new Checkpoint(file, iteration, new(Bytes(MetricsLengthKey), Bytes(RemarksLengthKey)), JsonNode.Parse(file.Metadata[StateKey])!.AsObject());
            fault = null;
            return checkpoint;

            long Bytes(string key) => long.Parse(file!.Metadata![key], CultureInfo.InvariantCulture);
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException or InputException)
        {
            fault = $"cannot be read ({refusal.Message})";
            return Nothing(file);
        }
    }

    private static Checkpoint? Nothing(SafetensorsFile? file)
    {
        file?.Dispose();
        return null;
    }
}
