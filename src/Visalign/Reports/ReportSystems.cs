using Visalign.Benchmarks;

namespace Visalign.Reports;

/// <summary>A model, or a way of using one, with its held-out score.</summary>
public sealed record ComparedSystem
{
    /// <summary>"Base, guidance 4", "Best of 8", "Fine-tuned on the best", "Flow-GRPO".</summary>
    public required string Name { get; init; }

    /// <summary>Its part in the comparison.</summary>
    public required SystemRole Role { get; init; }

    /// <summary>Held-out score over all tasks.</summary>
    public required Estimate Score { get; init; }

    /// <summary>Score minus the base model's, paired; null for the base itself or where not measured.</summary>
    public Estimate? Gain { get; init; }

    /// <summary>Held-out score of each task; may be empty.</summary>
    public IReadOnlyList<TaskScore> Tasks { get; init; } = [];

    /// <summary>Score of each seed, where there are several.</summary>
    public IReadOnlyList<double> Seeds { get; init; } = [];

    /// <summary>Which series of the curves it is, whose color it then has; null for none.</summary>
    public int? Series { get; init; }

    /// <summary>Mean distance of two samples of a prompt, or null where it was not measured.</summary>
    public double? Diversity { get; init; }

    /// <summary>Samples × forwards to get there, or null where that means nothing.</summary>
    public long? NetworkEvaluations { get; init; }

    /// <summary>Pictures judged to get there, or null where that means nothing.</summary>
    public long? RewardCalls { get; init; }

    /// <summary>Training time, or null when nothing was trained.</summary>
    public TimeSpan? WallTime { get; init; }

    /// <summary>A few words below the name: "8 pictures for each answer", or null.</summary>
    public string? Note { get; init; }
}

/// <summary>The part a system plays in a comparison.</summary>
public enum SystemRole
{
    /// <summary>The model before alignment.</summary>
    Base,

    /// <summary>The run this report is about.</summary>
    Aligned,

    /// <summary>Anything else to compare with: best of several, fine-tuning on the best, another method.</summary>
    Baseline,
}

/// <summary>A system's score on one task.</summary>
/// <param name="Task">"counting".</param>
public sealed record TaskScore(string Task, Estimate Score);
