using System.Text.Json.Serialization;
using Visalign.Runs;
using Visalign.Worlds;

namespace Visalign.Studies;

/// <summary>An evaluation as a run folder keeps it: everything but the pictures, which can be sampled again.</summary>
public sealed record KeptEvaluation
{
    /// <summary>Iterations of training behind what was measured; 0 for the base.</summary>
    public required long Iteration { get; init; }

    /// <summary>Whose prompts.</summary>
    public required PromptSplit Split { get; init; }

    /// <summary>Guidance scale; 1 is off.</summary>
    public required double GuidanceScale { get; init; }

    /// <summary>ODE steps; null for models that draw tokens.</summary>
    public required int? Steps { get; init; }

    /// <summary>Number of prompts: the first of the split under <see cref="HeldOutEvaluation.Seed"/>.</summary>
    public required int Prompts { get; init; }

    /// <summary>What was measured: <see cref="Examination.Metric"/>.</summary>
    public required string Metric { get; init; }

    /// <summary>Whose prompts, in words: <see cref="Examination.Asked"/>.</summary>
    public required string Asked { get; init; }

    /// <summary>The mean of the scores there are: of the exact checker, the share of pictures it accepts.</summary>
    public required double Score { get; init; }

    /// <summary>Mean graded score.</summary>
    public required double SoftScore { get; init; }

    /// <summary>Mean of the rewards trained on, in their weighted sum, over the same pictures; null where it was not asked, or judged none of them.</summary>
    public double? Reward { get; init; }

    /// <summary>What the training behind it had taken; null where that was not noted.</summary>
    public RunCost? Spent { get; init; }

    /// <summary>The exact checker's score by task; empty where it did not judge.</summary>
    public required IReadOnlyDictionary<string, double> Tasks { get; init; }

    /// <summary>Each prompt's score, in order: what intervals are resampled from; "NaN" where a reward failed.</summary>
    [JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
    public required double[] Scores { get; init; }

    /// <summary>Prompts whose picture has no score, which means and intervals leave out.</summary>
    [JsonIgnore]
    public int Unscored => Scores.Count(double.IsNaN);

    /// <summary>Samples × forwards, both guidance branches counted.</summary>
    public required long NetworkEvaluations { get; init; }

    /// <summary>What to keep of an evaluation.</summary>
    public static KeptEvaluation Of(Evaluation evaluation, string metric, string asked, long iteration, PromptSplit split, double guidanceScale, int? steps) => new()
    {
        Iteration = iteration,
        Split = split,
        GuidanceScale = guidanceScale,
        Steps = steps,
        Prompts = evaluation.Scores.Count,
        Metric = metric,
        Asked = asked,
        Score = evaluation.Score,
        SoftScore = evaluation.SoftScore,
        Tasks = evaluation.Tasks,
        Scores = [.. evaluation.Scores],
        NetworkEvaluations = evaluation.NetworkEvaluations,
    };
}

/// <summary>How a guidance scale was chosen.</summary>
public sealed record GuidanceChoice
{
    /// <summary>Iterations of training behind what was measured; 0 for the base.</summary>
    public required long Iteration { get; init; }

    /// <summary>ODE steps; null for models that draw tokens.</summary>
    public required int? Steps { get; init; }

    /// <summary>Number of tuning prompts.</summary>
    public required int Prompts { get; init; }

    /// <summary>The scale with the highest score; the smaller one on a tie.</summary>
    public required double Best { get; init; }

    /// <summary>Score at every scale that was tried.</summary>
    public required IReadOnlyList<GuidanceScore> Scores { get; init; }
}
