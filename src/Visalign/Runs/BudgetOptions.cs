using System.ComponentModel.DataAnnotations;

namespace Visalign.Runs;

/// <summary>When the run stops, and when it saves on the way; it always saves at the end.</summary>
public sealed record BudgetOptions
{
    /// <summary>Rollouts, each followed by its updates.</summary>
    [Range(1, 10_000_000)]
    public int Iterations { get; init; } = 100;

    /// <summary>Iterations between checkpoints.</summary>
    [Range(1, 10_000_000)]
    public int CheckpointEvery { get; init; } = 20;
}
