using System.ComponentModel.DataAnnotations;
using Visalign.Rollouts;

namespace Visalign.Methods;

/// <summary>How a method has tokens drawn, in models that draw them.</summary>
public abstract record TokenDrawing
{
    /// <summary>Logits are divided by it, in drawing and in the loss.</summary>
    [Range(0, 100, MinimumIsExclusive = true)]
    public double Temperature { get; init; } = 1;

    /// <summary>Only as many of the most likely tokens are drawn; 0 = all.</summary>
    [Range(0, 1_000_000)]
    public int TopK { get; init; }

    /// <summary>Only the most likely tokens are drawn that together reach this probability; 1 = all.</summary>
    [Range(0, 1, MinimumIsExclusive = true)]
    public double TopP { get; init; } = 1;

    /// <summary>The plan of a rollout.</summary>
    private protected TokenPlan Plan(RolloutOptions options) => new()
    {
        GroupSize = options.GroupSize,
        Sampling = new() { GuidanceScale = options.GuidanceScale, Temperature = Temperature, TopK = TopK, TopP = TopP },
        MicroBatch = options.MicroBatch,
    };
}
