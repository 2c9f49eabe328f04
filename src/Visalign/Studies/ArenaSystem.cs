using System.Text.Json.Serialization;
using Visalign.Benchmarks;
using Visalign.Reports;
using Visalign.Runs;

namespace Visalign.Studies;

/// <summary>One system over its seeds, on the same held-out prompts as the others.</summary>
public sealed record ArenaSystem
{
    /// <summary>"base", "best of 12 from the base", "flow-grpo".</summary>
    public required string Name { get; init; }

    /// <summary>Its part in the comparison.</summary>
    public required SystemRole Role { get; init; }

    /// <summary>What a reader has to know.</summary>
    public string? Note { get; init; }

    /// <summary>The seeds whose runs have ended.</summary>
    public required IReadOnlyList<long> Seeds { get; init; }

    /// <summary>Mean score, of the exact checker the share of pictures it accepts, with an interval over prompts and seeds.</summary>
    public required Estimate Score { get; init; }

    /// <summary>Score minus that of the base at its best guidance scale, paired over prompts and seeds.</summary>
    public required Estimate Gain { get; init; }

    /// <summary>Score of each seed.</summary>
    public required IReadOnlyList<double> ScoreOfSeeds { get; init; }

    /// <summary>Best guidance scale of each seed.</summary>
    public required IReadOnlyList<double> GuidanceOfSeeds { get; init; }

    /// <summary>Score by task, mean over seeds.</summary>
    public required IReadOnlyDictionary<string, double> Tasks { get; init; }

    /// <summary>Mean of the trained rewards over the same pictures, mean over seeds; null where they judged none.</summary>
    public double? Reward { get; init; }

    /// <summary>Mean distance between two samples of a prompt, in pixels' root sum of squares, mean over seeds; null where pictures are picked or it could not be measured.</summary>
    public double? Diversity { get; init; }

    /// <summary>The same of each seed.</summary>
    public IReadOnlyList<double> DiversityOfSeeds { get; init; } = [];

    /// <summary>KL to the base at the last iteration, as the method's metrics note it, mean over seeds; null where they do not.</summary>
    public double? Kl { get; init; }

    /// <summary>Iterations of a training; null where none was.</summary>
    public int? Iterations { get; init; }

    /// <summary>Pictures judged in a training, or while picking.</summary>
    public long? RewardCalls { get; init; }

    /// <summary>Samples × forwards of a training's rollouts, or of picking.</summary>
    public long? NetworkEvaluations { get; init; }

    /// <summary>Wall time of a training without its evaluations, or of picking, mean over seeds.</summary>
    public double? Seconds { get; init; }

    /// <summary>Each seed's evaluation.</summary>
    [JsonIgnore]
    public IReadOnlyList<KeptEvaluation> Evaluations { get; init; } = [];

    internal static ArenaSystem Of(string name, SystemRole role, IReadOnlyList<long> seeds, IReadOnlyList<KeptEvaluation> measured, IReadOnlyList<KeptEvaluation> bases) => new()
    {
        Name = name,
        Role = role,
        Seeds = seeds,
        Score = CrossedBootstrap.Mean([.. measured.Select(seed => seed.Scores)]),
        Gain = CrossedBootstrap.PairedGain([.. bases.Select(seed => seed.Scores)], [.. measured.Select(seed => seed.Scores)]),
        ScoreOfSeeds = [.. measured.Select(seed => seed.Score)],
        GuidanceOfSeeds = [.. measured.Select(seed => seed.GuidanceScale)],
        Tasks = measured[0].Tasks.Keys.ToDictionary(task => task, task => measured.Average(seed => seed.Tasks[task])),
        Reward = measured.All(seed => seed.Reward is not null) ? measured.Average(seed => seed.Reward) : null,
        Evaluations = measured,
    };

    internal static ArenaSystem OfBase(KeptEvaluation plain, IReadOnlyList<long> seeds, double? diversity)
    {
        KeptEvaluation[] same = [.. seeds.Select(_ => plain)];
        return Of("base", SystemRole.Base, seeds, same, same) with
        {
            Note = FormattableString.Invariant($"at its best guidance scale, {plain.GuidanceScale}"),
            Diversity = diversity,
        };
    }

    internal static ArenaSystem OfRuns(Contestant contestant, IReadOnlyList<KeptRun> runs, IReadOnlyList<double?> diversities)
    {
        double[] distances = [.. diversities.OfType<double>()];
        double[] divergences = [.. runs.Select(run => run.Metrics[^1].Values.GetValueOrDefault("kl/mean", double.NaN)).Where(double.IsFinite)];
        var cost = runs[0].Cost();
        return Of(contestant.Words, contestant.Role, [.. runs.Select(run => run.Provenance.Seed)], Measured(runs, EvaluationFolder.Result), Measured(runs, EvaluationFolder.Base)) with
        {
            Note = "each seed at its best guidance scale",
            Diversity = distances.Length == runs.Count ? distances.Average() : null,
            DiversityOfSeeds = distances.Length == runs.Count ? distances : [],
            Kl = divergences.Length > 0 ? divergences.Average() : null,
            Iterations = contestant.Recipe.Budget.Iterations,
            RewardCalls = cost.RewardCalls,
            NetworkEvaluations = cost.NetworkEvaluations,
            Seconds = runs.Average(run => run.TrainingTime.TotalSeconds),
        };
    }

    private static KeptEvaluation[] Measured(IReadOnlyList<KeptRun> runs, string name) => [.. runs.Select(run => EvaluationFolder.Get<KeptEvaluation>(run.Path, name))];
}
