using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Visalign.Records;
using Visalign.Torch.Engines;

namespace Visalign.Bench;

/// <summary>What to time.</summary>
public sealed record BenchmarkOptions
{
    /// <summary>Workloads by name; empty for all.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>Turns of each side.</summary>
    public int Rounds { get; init; } = Benchmark.UsualRounds;

    /// <summary>Threads of all sides; 0 = one per processor. <c>VISALIGN_THREADS</c> overrides it.</summary>
    public int Threads { get; init; }

    /// <summary>Pythons to ask for PyTorch; null for those in the usual places.</summary>
    public IReadOnlyList<string>? Interpreters { get; init; }
}

/// <summary>Times the engine beside the same work in every PyTorch found; the names in JSON are stable.</summary>
/// <param name="Sides">Whom it ran on: ours first.</param>
/// <param name="PeakRate">Operations a second of one large matrix product with the same BLAS and threads, the median of many; null where no workload counts its own.</param>
/// <param name="Remarks">Who was left out, and why.</param>
public sealed record Benchmark(string Processor, int Threads, IReadOnlyList<Side> Sides, double? PeakRate, IReadOnlyList<Comparison> Workloads, IReadOnlyList<MemoryHeight> Memory, IReadOnlyList<string> Remarks)
{
    /// <summary>How often each side has its turn.</summary>
    public const int UsualRounds = 15;

    /// <summary>The same when in a hurry.</summary>
    public const int QuickRounds = 5;

    internal const string Own = "visalign", Twin = "python";

    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>Names of all workloads.</summary>
    public static IReadOnlyList<string> Names => [.. Bench.Workloads.All.Select(workload => workload.Name)];

    /// <summary>Runs workloads, all sides in turns.</summary>
    /// <param name="told">Called with what is being timed.</param>
    /// <exception cref="InputException">No workload has that name, or no engine.</exception>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public static Benchmark Run(BenchmarkOptions options, Action<string> told, CancellationToken stop)
    {
        foreach (string name in options.Names) Find(name);
        var engine = Engine.Start(new() { Threads = options.Threads });
        var chosen = Bench.Workloads.All.Where(workload => options.Names.Count == 0 || options.Names.Contains(workload.Name)).ToList();
        told("Pythons with PyTorch");
        using var opponents = Opponents.Find(options.Interpreters ?? Pythons.Usual(), stop);
        try
        {
            List<MemoryHeight> memory = [];
            foreach (var workload in chosen.Where(workload => workload.TakesMemory))
            {
                stop.ThrowIfCancellationRequested();
                told($"memory of {workload.Description}");
                memory.Add(new(workload.Name, workload.Description, OwnProcess.Memory(workload.Name), workload.HasTwin ? opponents.MemoryOfTwin(workload.Name, stop) : null));
            }

            List<Comparison> comparisons = [];
            var rounds = new Rounds(opponents.Running, options.Rounds, stop);
            foreach (var workload in chosen.Where(workload => workload.IsTimed))
            {
                told(workload.Description);
                comparisons.Add(rounds.Of(workload, name => name == Twin));
            }

            var own = new Side(Own, null, engine.Libtorch.Version, Opponents.OwnLibrary(), engine.Blas.Library, engine.Blas.Core);
            return new(Torch.Engines.Processor.Model, engine.Threads, [own, .. opponents.Sides], rounds.PeakRate, comparisons, memory, opponents.Remarks);
        }
        catch (InvalidOperationException) when (stop.IsCancellationRequested)
        {
            throw new OperationCanceledException(stop);
        }
    }

    /// <summary>Bytes at the height of a workload's memory above those of the loaded engine; right only in a process that did nothing else.</summary>
    /// <exception cref="InputException">No workload has that name.</exception>
    public static long MemoryHere(string name, int threads)
    {
        var workload = Find(name);
        Engine.Start(new() { Threads = threads });
        using var scope = Torch.Tensor.Scope();
        return ResidentMemory.HeightOf(workload.Prepare);
    }

    private static Workload Find(string name) => Bench.Workloads.All.FirstOrDefault(workload => workload.Name == name)
        ?? throw new InputException($"There is no workload '{name}'. {NearestName.Hint(name, Names, "Workloads")}");

    /// <summary>The record as one line of JSON with snake_case names.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Format);
}
