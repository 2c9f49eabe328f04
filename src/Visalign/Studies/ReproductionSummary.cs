using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Visalign.Benchmarks;
using Visalign.Runs;
using Visalign.Torch;

namespace Visalign.Studies;

/// <summary>What came out of a reproduction; the names in JSON are stable.</summary>
public sealed record ReproductionSummary
{
    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false) },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
        NewLine = "\n",
    };

    /// <summary>The paper, or the recipe's name.</summary>
    public required string Slug { get; init; }

    /// <summary>Training seeds.</summary>
    public required IReadOnlyList<long> Seeds { get; init; }

    /// <summary>What was compared: the base first, the method last.</summary>
    public required IReadOnlyList<ReproducedSystem> Systems { get; init; }

    /// <summary>The record as indented JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Format) + "\n";
}

/// <summary>One system over all seeds, on the same held-out prompts as the others.</summary>
public sealed record ReproducedSystem
{
    /// <summary>"base", "best of 12 from the base".</summary>
    public required string Name { get; init; }

    /// <summary>Its part in the comparison.</summary>
    public required SystemRole Role { get; init; }

    /// <summary>What a reader has to know.</summary>
    public string? Note { get; init; }

    /// <summary>Share of pictures that the exact checker accepts, with an interval over prompts and seeds.</summary>
    public required Estimate Score { get; init; }

    /// <summary>Score minus that of the base at its best guidance scale, paired over prompts and seeds.</summary>
    public required Estimate Gain { get; init; }

    /// <summary>Score of each seed.</summary>
    public required IReadOnlyList<double> ScoreOfSeeds { get; init; }

    /// <summary>Best guidance scale of each seed.</summary>
    public required IReadOnlyList<double> GuidanceOfSeeds { get; init; }

    /// <summary>Score by task, mean over seeds.</summary>
    public required IReadOnlyDictionary<string, double> Tasks { get; init; }

    /// <summary>Mean distance between two samples of a prompt, in pixels' root sum of squares, mean over seeds; null where pictures are picked.</summary>
    public double? Diversity { get; init; }

    /// <summary>KL to the base at the last iteration, as the method's metrics note it, mean over seeds; null where they do not.</summary>
    public double? Kl { get; init; }

    /// <summary>Pictures judged in a training, or while picking.</summary>
    public long? RewardCalls { get; init; }

    /// <summary>Samples × forwards of a training, or of picking.</summary>
    public long? NetworkEvaluations { get; init; }

    /// <summary>Wall time of a training without its evaluations, or of picking, mean over seeds.</summary>
    public double? Seconds { get; init; }

    /// <summary>Each seed's evaluation.</summary>
    [JsonIgnore]
    public IReadOnlyList<KeptEvaluation> Evaluations { get; init; } = [];

    internal static ReproducedSystem Of(string name, SystemRole role, IReadOnlyList<KeptEvaluation> seeds, IReadOnlyList<KeptEvaluation> bases) => new()
    {
        Name = name,
        Role = role,
        Score = CrossedBootstrap.Mean([.. seeds.Select(seed => seed.Scores)]),
        Gain = CrossedBootstrap.PairedGain([.. bases.Select(seed => seed.Scores)], [.. seeds.Select(seed => seed.Scores)]),
        ScoreOfSeeds = [.. seeds.Select(seed => seed.Score)],
        GuidanceOfSeeds = [.. seeds.Select(seed => seed.GuidanceScale)],
        Tasks = seeds[0].Tasks.Keys.ToDictionary(task => task, task => seeds.Average(seed => seed.Tasks[task])),
        Evaluations = seeds,
    };

    internal static ReproducedSystem OfBase(IReadOnlyList<KeptRun> runs)
    {
        var seeds = Measured(runs, EvaluationFolder.Base);
        return Of("base", SystemRole.Base, seeds, seeds) with
        {
            Note = FormattableString.Invariant($"at its best guidance scale, {seeds[0].GuidanceScale}"),
            Diversity = DiversityOf(Policy.OfModel(runs[0].Recipe.Model), seeds[0]),
        };
    }

    internal static ReproducedSystem OfRuns(string name, SystemRole role, IReadOnlyList<KeptRun> runs)
    {
        var seeds = Measured(runs, EvaluationFolder.Result);
        var divergences = runs.Select(run => run.Metrics[^1].Values.TryGetValue("kl/mean", out double kl) ? kl : double.NaN).Where(double.IsFinite).ToArray();
        return Of(name, role, seeds, Measured(runs, EvaluationFolder.Base)) with
        {
            Note = "each seed at its best guidance scale",
            Diversity = runs.Zip(seeds).Average(pair => DiversityOf(Policy.OfRun(pair.First.Path), pair.Second)),
            Kl = divergences.Length > 0 ? divergences.Average() : null,
            RewardCalls = runs[0].Cost().RewardCalls,
            NetworkEvaluations = runs[0].Cost().NetworkEvaluations,
            Seconds = runs.Average(run => run.TrainingTime.TotalSeconds),
        };
    }

    private static KeptEvaluation[] Measured(IReadOnlyList<KeptRun> runs, string name) => [.. runs.Select(run => EvaluationFolder.Get<KeptEvaluation>(run.Path, name))];

    private static double DiversityOf(Policy policy, KeptEvaluation measured)
    {
        using (policy)
        using (Tensor.Scope())
            return PolicyEvaluation.Diversity(policy, Math.Min(measured.Prompts, PolicyEvaluation.DiversityPrompts), measured.Steps, measured.GuidanceScale);
    }
}
