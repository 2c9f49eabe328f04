namespace Visalign.Bench;

/// <summary>Milliseconds of one call.</summary>
/// <param name="Median">Over the rounds.</param>
/// <param name="Best">Of the rounds.</param>
public sealed record Times(double Median, double Best)
{
    internal static Times Of(IReadOnlyList<double> rounds) => new(Middle(rounds), rounds.Min());

    internal static double Middle(IEnumerable<double> numbers)
    {
        double[] sorted = [.. numbers.Order()];
        int half = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}

/// <summary>Another side of a comparison.</summary>
/// <param name="Torch">Which PyTorch, by the names of <see cref="Benchmark.Sides"/>.</param>
/// <param name="Ratio">The median over the rounds of its time over ours in the same round.</param>
public sealed record Opponent(string Torch, Times Times, double Ratio);

/// <summary>A workload's times on all sides.</summary>
/// <param name="Calls">Calls in a row of which a round took the mean.</param>
/// <param name="Python">The twin on the same libtorch; null without one.</param>
/// <param name="Others">Any other PyTorch of this machine.</param>
/// <param name="ShareOfPeak">The median over the rounds of its matrix products' operations a second over the measured peak's; null where they are not counted.</param>
public sealed record Comparison(string Name, WorkloadKind Kind, string Description, int Calls, Times Visalign, Opponent? Python, IReadOnlyList<Opponent> Others, double? ShareOfPeak);

/// <summary>The height of a workload's memory above that of the loaded library, in bytes.</summary>
/// <param name="Python">Of the twin; null without one.</param>
public sealed record MemoryHeight(string Name, string Description, long Visalign, long? Python)
{
    /// <summary>Ours over Python's.</summary>
    public double? Ratio => (double)Visalign / Python;
}

/// <summary>A PyTorch that the workloads ran on.</summary>
/// <param name="Name">How the table calls it.</param>
/// <param name="Interpreter">The Python it is in; null for our own side.</param>
/// <param name="Torch">Its version.</param>
/// <param name="Libtorch">The file of its library.</param>
/// <param name="Blas">The library that multiplies its matrices.</param>
/// <param name="Kernels">That library's kernels, where it tells them.</param>
public sealed record Side(string Name, string? Interpreter, string Torch, string Libtorch, string Blas, string Kernels);
