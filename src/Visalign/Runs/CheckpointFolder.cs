using System.Globalization;
using System.Text.Json.Nodes;
using Visalign.Torch.Files;
using Visalign.Torch.Safetensors;

namespace Visalign.Runs;

/// <summary>The last two checkpoints of a run, <c>00000040.safetensors</c> and so on, each there whole or not at all.</summary>
internal sealed class CheckpointFolder(IFileStorage storage, string path)
{
    internal const string Ending = ".safetensors";
    private const int Kept = 2;

    /// <summary>File of an iteration's checkpoint.</summary>
    public string FileOf(long iteration) => Path.Combine(path, iteration.ToString("D8", CultureInfo.InvariantCulture) + Ending);

    /// <summary>The newest iteration that has a file, or null where none has.</summary>
    public long? Newest => Iterations is [var newest, ..] ? newest : null;

    /// <summary>Iterations that have a file, newest first.</summary>
    private List<long> Iterations => !Directory.Exists(path) ? [] :
        [.. Directory.EnumerateFiles(path, "*" + Ending)
            .Select(file => long.TryParse(Path.GetFileNameWithoutExtension(file), NumberStyles.None, CultureInfo.InvariantCulture, out long iteration) ? iteration : -1)
            .Where(iteration => iteration >= 0).OrderDescending()];

    /// <summary>How much of the logs the newest whole checkpoint covers, or null where there is none.</summary>
    public LogLengths? NewestLengths
    {
        get
        {
            foreach (long iteration in Iterations)
            {
                using var checkpoint = Checkpoint.TryOpen(FileOf(iteration), iteration, out _);
                if (checkpoint is not null) return checkpoint.Lengths;
            }
            return null;
        }
    }

    /// <summary>Saves a checkpoint, then drops all but the last two.</summary>
    public void Save(long iteration, LogLengths lengths, IReadOnlyDictionary<string, StoredArray> arrays, JsonObject state)
    {
        storage.Replace(FileOf(iteration), stream => Checkpoint.Write(stream, iteration, lengths, arrays, state));
        DropOld();
    }

    /// <summary>Drops all but the last two; a run killed before it could do so leaves three.</summary>
    public void DropOld()
    {
        foreach (long old in Iterations.Skip(Kept))
            storage.Delete(FileOf(old));
    }

    /// <summary>Opens the newest checkpoint that is whole and whose logs are still there.</summary>
    /// <param name="lengths">How long the logs are now.</param>
    /// <param name="remark">Called with a sentence for each newer checkpoint that had to be passed over; such files are set aside as <c>.damaged</c>.</param>
    /// <returns>Null where no checkpoint was ever saved.</returns>
    /// <exception cref="InputException">There are checkpoints but none can be used.</exception>
    public Checkpoint? OpenNewest(LogLengths lengths, Action<string> remark)
    {
        var faults = new List<(long Iteration, string Sentence)>();
        foreach (long iteration in Iterations)
        {
            var checkpoint = Checkpoint.TryOpen(FileOf(iteration), iteration, out string? fault);
            if (checkpoint?.Lengths.MissingFrom(lengths) is { } missing)
            {
                fault = $"cannot be used: {missing}";
                checkpoint.Dispose();
            }
            if (fault is null)
            {
                SetAside(faults, iteration, remark);
                return checkpoint;
            }
            faults.Add((iteration, $"{FileOf(iteration)} {fault}"));
        }
        return faults.Count == 0
            ? null
            : throw new InputException($"{string.Join("; ", faults.Select(fault => fault.Sentence))}; no whole checkpoint is left, so restore one from a copy or start a new run.");
    }

    private void SetAside(List<(long Iteration, string Sentence)> faults, long usedIteration, Action<string> remark)
    {
        foreach (var (iteration, sentence) in faults)
        {
            storage.Rename(FileOf(iteration), FileOf(iteration) + ".damaged");
            remark($"{sentence}; going on from iteration {usedIteration} instead.");
        }
    }
}
