using System.Diagnostics;
using System.Text.Json;
using Visalign.Benchmarks;
using Visalign.Generators;
using Visalign.Networks;
using Visalign.Pictures;
using Visalign.Rewards;
using Visalign.Rollouts;
using Visalign.Runs;
using Visalign.Worlds;

namespace Visalign.Studies;

/// <summary>How a policy is evaluated.</summary>
public sealed record PolicyEvaluationOptions
{
    /// <summary>Held-out prompts, and as many tuning prompts where guidance is chosen.</summary>
    public int Prompts { get; init; } = 1024;

    /// <summary>ODE steps; null for the usual number, or none where the model draws tokens.</summary>
    public int? Steps { get; init; }

    /// <summary>Classifier-free guidance.</summary>
    public GuidanceSetting Guidance { get; init; } = new GuidanceSetting.Best();

    /// <summary>Pictures of each prompt, of which the soft score picks one; 1 is plain sampling.</summary>
    public int BestOf { get; init; } = 1;
}

/// <summary>The gold score at one guidance scale, on tuning prompts.</summary>
public sealed record GuidanceScore(double GuidanceScale, double Score);

/// <summary>What an evaluation found; the names in JSON are stable.</summary>
public sealed record PolicyScores
{
    private static readonly JsonSerializerOptions Format = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>The model or run.</summary>
    public required string Policy { get; init; }

    /// <summary>Held-out prompts.</summary>
    public required int Prompts { get; init; }

    /// <summary>ODE steps; null for a model that draws tokens.</summary>
    public required int? Steps { get; init; }

    /// <summary>The scale evaluated at.</summary>
    public required double GuidanceScale { get; init; }

    /// <summary>The scales it was chosen from; empty where it was given.</summary>
    public required IReadOnlyList<GuidanceScore> Guidance { get; init; }

    /// <summary>Pictures of each prompt, of which one was picked.</summary>
    public required int BestOf { get; init; }

    /// <summary>Share of pictures that the exact checker accepts.</summary>
    public required double Score { get; init; }

    /// <summary>Standard error of the score over prompts; null for a single prompt.</summary>
    public required double? StandardError { get; init; }

    /// <summary>Mean graded score, in [0, 1].</summary>
    public required double SoftScore { get; init; }

    /// <summary>Score by task.</summary>
    public required IReadOnlyDictionary<string, double> Tasks { get; init; }

    /// <summary>Prompts of each task.</summary>
    public required IReadOnlyDictionary<string, int> TaskPrompts { get; init; }

    /// <summary>Mean distance between two plain samples of a prompt: <see cref="PictureDiversity"/>.</summary>
    public required double Diversity { get; init; }

    /// <summary>Samples × forwards that the held-out pictures took, both guidance branches counted.</summary>
    public required long NetworkEvaluations { get; init; }

    /// <summary>Wall time of sampling and judging them, in seconds; choosing guidance and measuring diversity are left out.</summary>
    public required double Seconds { get; init; }

    /// <summary>The record as one line of JSON with snake_case names.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Format);
}

/// <summary>Evaluates a policy on held-out prompts: guidance, score, tasks, diversity, cost.</summary>
public static class PolicyEvaluation
{
    /// <summary>Prompts whose samples are compared for diversity, at most.</summary>
    public const int DiversityPrompts = 128;

    /// <summary>Samples of each of these prompts.</summary>
    public const int DiversitySamples = 4;

    /// <summary>Chooses guidance on tuning prompts where it is not given, then samples and judges held-out ones.</summary>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public static PolicyScores Run(Policy policy, PolicyEvaluationOptions options, IRunObserver observer, TimeProvider clock, CancellationToken stop)
    {
        var (generator, weights) = (policy.Generator, policy.Weights);
        if (!generator.DrawsWorld)
            throw new InputException($"{policy.Name}: the exact checker judges scenes of the embedded world, and this model draws others; 'visalign align' measures it by the rewards of its recipe, 'visalign sample' shows it.");
        int? steps = PlainSampling.Steps(generator, options.Steps, "--steps");
        var (scale, tried) = options.Guidance switch
        {
            GuidanceSetting.Given given => (given.Scale, []),
            GuidanceSetting.Best => Chosen(),
            _ => throw new UnreachableException(),
        };

        observer.Began($"sampling {options.Prompts} held-out prompts at guidance scale {Invariant(scale)}{(options.BestOf > 1 ? $", {options.BestOf} pictures each" : "")}");
        long started = clock.GetTimestamp();
        var evaluation = BestOfSampling.Run(generator, weights, PromptSplit.HeldOut, options.Prompts, steps, scale, options.BestOf, new ExactReward(new() { Mode = ExactMode.Soft }), Advanced);
        double seconds = clock.GetElapsedTime(started).TotalSeconds;

        observer.Began("measuring diversity");
        var score = SampleMean.Of([.. evaluation.Scores]);
        return new()
        {
            Policy = policy.Name,
            Prompts = options.Prompts,
            Steps = steps,
            GuidanceScale = scale,
            Guidance = tried,
            BestOf = options.BestOf,
            Score = score.Mean,
            StandardError = score.StandardError,
            SoftScore = evaluation.SoftScore,
            Tasks = evaluation.Tasks,
            TaskPrompts = evaluation.Verdicts.GroupBy(verdict => verdict.Task).OrderBy(group => group.Key)
                .Zip(evaluation.Tasks.Keys, (group, name) => (name, Count: group.Count())).ToDictionary(task => task.name, task => task.Count),
            Diversity = Diversity(generator, weights, Math.Min(options.Prompts, DiversityPrompts), steps, scale, Advanced),
            NetworkEvaluations = evaluation.NetworkEvaluations,
            Seconds = seconds,
        };

        (double, GuidanceScore[]) Chosen()
        {
            observer.Began($"choosing guidance among {HeldOutEvaluation.GuidanceScales.Count} scales on {options.Prompts} tuning prompts");
            var (best, scores) = HeldOutEvaluation.ChooseGuidance(generator, weights, options.Prompts, steps, Advanced);
            return (best, [.. scores.Select(entry => new GuidanceScore(entry.Scale, entry.Score))]);
        }

        void Advanced(double share)
        {
            stop.ThrowIfCancellationRequested();
            observer.Advanced(share);
        }
    }

    /// <summary>How different the samples of a held-out prompt are from each other, in pixels' root sum of squares.</summary>
    /// <param name="prompts">How many prompts, each sampled <see cref="DiversitySamples"/> times.</param>
    /// <param name="advanced">Called with the share done; may throw to stop.</param>
    /// <param name="examination">What is asked; null for the embedded world's prompts.</param>
    public static double Diversity(IGenerator generator, Weights weights, int prompts, int? steps, double guidanceScale, Action<double>? advanced = null, Examination? examination = null)
    {
        List<float> pixels = [];
        PictureBatch? last = null;
        for (int sample = 0; sample < DiversitySamples; sample++)
        {
            last = HeldOutEvaluation.Run(generator, weights, PromptSplit.HeldOut, prompts, steps, guidanceScale, sample, examination: examination).Pictures;
            pixels.AddRange(last.Data);
            advanced?.Invoke((sample + 1.0) / DiversitySamples);
        }
        var all = last! with { Data = [.. pixels], Count = prompts * DiversitySamples };
        return PictureDiversity.MeanPairwiseDistance(all, [.. Enumerable.Range(0, all.Count).Select(i => i % prompts)]);
    }

    private static string Invariant(double value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
