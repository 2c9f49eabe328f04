using System.ComponentModel.DataAnnotations;

namespace Visalign.Rollouts;

/// <summary>How many pictures are sampled in an iteration, and how.</summary>
public sealed record RolloutOptions
{
    /// <summary>Prompts per iteration, P.</summary>
    [Range(1, 100_000)]
    public int Prompts { get; init; } = 8;

    /// <summary>Pictures of each prompt, G; their rewards are compared with one another.</summary>
    [Range(1, 10_000)]
    public int GroupSize { get; init; } = 8;

    /// <summary>Denoising steps of each picture, T; null for 8. Models that draw tokens have none.</summary>
    [Range(1, 1000)]
    public int? Steps { get; init; }

    /// <summary>T of models that denoise, whether anybody asked for it or not.</summary>
    internal int DenoisingSteps => Steps ?? PlainSampling.UsualSteps;

    /// <summary>Classifier-free guidance while sampling for training; 1 is off.</summary>
    [Range(0, 100)]
    public double GuidanceScale { get; init; } = 1;

    /// <summary>How far even noise levels are shifted toward noise: 1 leaves them even, 3 suits images of 512 pixels and more. Null for the levels of the model's own sampler.</summary>
    [Range(0.1, 100)]
    public double? Shift { get; init; }

    /// <summary>Rows of one forward pass; bits depend on it, so a run keeps it.</summary>
    [Range(1, 100_000)]
    public int MicroBatch { get; init; } = 64;
}
