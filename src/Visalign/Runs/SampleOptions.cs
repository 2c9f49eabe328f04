using System.ComponentModel.DataAnnotations;

namespace Visalign.Runs;

/// <summary>Which rollouts leave their pictures in the run folder, one sheet each with a row for each prompt.</summary>
public sealed record SampleOptions
{
    /// <summary>Iterations between sheets; 0 for none.</summary>
    [Range(0, 10_000_000)]
    public int Every { get; init; } = 20;
}
