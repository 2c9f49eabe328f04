using System.ComponentModel.DataAnnotations;

namespace Visalign.Runs;

/// <summary>The guidance scale of evaluations while training.</summary>
public enum CurveGuidance
{
    /// <summary>That of the rollouts.</summary>
    Rollout,

    /// <summary>The best for the policy as it is then, chosen anew each time on the tuning prompts.</summary>
    Best,
}

/// <summary>How the policy and its base are measured: sampled with the ODE, judged by the exact checker where the model draws the embedded world, else by the rewards trained on.</summary>
public sealed record EvaluationOptions
{
    /// <summary>Iterations between evaluations while training, on held-out prompts; 0 for none.</summary>
    [Range(0, 10_000_000)]
    public int Every { get; init; } = 20;

    /// <summary>Held-out prompts on which the base and the result are measured, each at its best guidance scale.</summary>
    [Range(1, 100_000)]
    public int Prompts { get; init; } = 1024;

    /// <summary>Held-out prompts of an evaluation while training.</summary>
    [Range(1, 100_000)]
    public int CurvePrompts { get; init; } = 192;

    /// <summary>At which guidance scale they are made; runs whose rollouts are guided differently can only be compared at the best.</summary>
    public CurveGuidance CurveGuidance { get; init; }

    /// <summary>Prompts of their own on which the best guidance scale is chosen, for the base and the result alike.</summary>
    [Range(1, 100_000)]
    public int TuningPrompts { get; init; } = 256;

    /// <summary>Whether the rewards trained on judge what is measured as well, so that the score can be held against them; it takes a call of each for every picture. Arenas do.</summary>
    public bool TrainedReward { get; init; }

    /// <summary>Denoising steps of each picture; null for 8. Models that draw tokens have none.</summary>
    [Range(1, 1000)]
    public int? Steps { get; init; }
}
