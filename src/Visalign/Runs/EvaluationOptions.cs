using System.ComponentModel.DataAnnotations;

namespace Visalign.Runs;

/// <summary>How the policy and its base are measured: sampled with the ODE, judged by the exact checker where the model draws the embedded world, else by the rewards trained on.</summary>
public sealed record EvaluationOptions
{
    /// <summary>Iterations between evaluations while training, on held-out prompts at the rollout's guidance scale; 0 for none.</summary>
    [Range(0, 10_000_000)]
    public int Every { get; init; } = 20;

    /// <summary>Held-out prompts on which the base and the result are measured, each at its best guidance scale.</summary>
    [Range(1, 100_000)]
    public int Prompts { get; init; } = 1024;

    /// <summary>Held-out prompts of an evaluation while training.</summary>
    [Range(1, 100_000)]
    public int CurvePrompts { get; init; } = 192;

    /// <summary>Prompts of their own on which the best guidance scale is chosen, for the base and the result alike.</summary>
    [Range(1, 100_000)]
    public int TuningPrompts { get; init; } = 256;

    /// <summary>Denoising steps of each picture; null for 8. Models that draw tokens have none.</summary>
    [Range(1, 1000)]
    public int? Steps { get; init; }
}
