using System.Text.Encodings.Web;
using System.Text.Json;
using Visalign.Records;
using Visalign.Torch.Engines;

namespace Visalign.Bench;

/// <summary>Times of one side, in milliseconds of one call.</summary>
public sealed record Times(double Median, double Best)
{
    internal static Times Of(double[] milliseconds, int calls)
    {
        double[] sorted = [.. milliseconds.Order()];
        return new(sorted[sorted.Length / 2] / calls, sorted[0] / calls);
    }
}

/// <summary>A workload's times on both sides.</summary>
/// <param name="Python">Null where there is no such side.</param>
public sealed record Comparison(string Name, string Description, int Repeats, Times Visalign, Times? Python)
{
    /// <summary>Python's median over ours; null without Python.</summary>
    public double? Ratio => Python?.Median / Visalign.Median;
}

/// <summary>Times the engine beside the same work in Python; the names in JSON are stable.</summary>
/// <param name="Blas">The library's path.</param>
/// <param name="Remark">What Python's side is, or why there is none.</param>
public sealed record Benchmark(string Processor, int Threads, string Libtorch, string Blas, string Kernels, IReadOnlyList<Comparison> Workloads, string Remark)
{
    /// <summary>How often a workload runs, unless the long ones that run less.</summary>
    public const int Repeats = 40;

    /// <summary>The same when in a hurry.</summary>
    public const int QuickRepeats = 10;

    private static readonly JsonSerializerOptions Format = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Names of all workloads.</summary>
    public static IReadOnlyList<string> Names => [.. Workload.All.Select(workload => workload.Name)];

    /// <summary>Runs workloads, first all of ours, then Python's.</summary>
    /// <param name="names">Which; empty for all.</param>
    /// <param name="told">Called with what is being timed.</param>
    /// <exception cref="InputException">No workload has that name.</exception>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public static Benchmark Run(IReadOnlyList<string> names, int repeats, Action<string> told, CancellationToken stop)
    {
        foreach (string name in names)
            if (!Names.Contains(name)) throw new InputException($"There is no workload '{name}'. {NearestName.Hint(name, Names, "Workloads")}");
        var engine = Engine.Start();
        var chosen = Workload.All.Where(workload => names.Count == 0 || names.Contains(workload.Name)).ToList();
        Dictionary<string, double[]> mine = [];
        foreach (var workload in chosen)
        {
            stop.ThrowIfCancellationRequested();
            told(workload.Description);
            mine[workload.Name] = workload.Time(workload.Repeats(repeats));
        }
        told("the same in Python");
        var (theirs, remark) = Twin.Time(chosen.Where(workload => workload.HasTwin).Select(workload => (workload.Name, workload.Repeats(repeats))), stop);
        return new(Torch.Engines.Processor.Model, engine.Threads, engine.Libtorch.Version, engine.Blas.Library, engine.Blas.Core,
            [.. chosen.Select(workload => new Comparison(workload.Name, workload.Description, workload.Repeats(repeats), Times.Of(mine[workload.Name], workload.Calls),
                theirs.TryGetValue(workload.Name, out double[]? times) ? Times.Of(times, workload.Calls) : null))], remark);
    }

    /// <summary>The record as one line of JSON with snake_case names.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Format);
}
