using System.Globalization;
using System.Text.Json;
using Visalign.Pictures;
using Visalign.Runs;

namespace Visalign.Studies;

/// <summary>The folder of an arena: a run folder for each contestant and seed, and what was measured beside them, each thing once.</summary>
internal sealed class ArenaFolder(string path)
{
    /// <summary>Where the run of a contestant and a seed is, or is to be.</summary>
    internal string RunOf(string contestant, long seed) => Path.Combine(path, string.Create(CultureInfo.InvariantCulture, $"{contestant}-{seed}"));

    /// <summary>The finished run there; null where it has not ended.</summary>
    internal KeptRun? Finished(string contestant, long seed) =>
        RunOf(contestant, seed) is var run && RunFolder.Exists(run) && KeptRun.Open(run) is var kept && File.Exists(kept.ReportFile) ? kept : null;

    /// <summary>What was measured under a name, or is measured now.</summary>
    /// <param name="of">What the measurement depends on; another one is measured anew.</param>
    internal T Once<T>(string name, string of, Func<T> measure)
    {
        string file = Path.Combine(path, "measured", name + ".json");
        if (Find<T>(file) is { } kept && kept.Of == of) return kept.Value;
        var value = measure();
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        AtomicFile.Write(file, JsonSerializer.SerializeToUtf8Bytes(new Measured<T>(of, value), EvaluationFolder.Format));
        return value;
    }

    /// <summary>Writes a text in it.</summary>
    internal void Write(string name, string text) => AtomicFile.Write(Path.Combine(path, name), System.Text.Encoding.UTF8.GetBytes(text));

    // What cannot be read is measured again.
    private static Measured<T>? Find<T>(string file)
    {
        try
        {
            return File.Exists(file) ? JsonSerializer.Deserialize<Measured<T>>(File.ReadAllBytes(file), EvaluationFolder.Format) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed record Measured<T>(string Of, T Value);
}
