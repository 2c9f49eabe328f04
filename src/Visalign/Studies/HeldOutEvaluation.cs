using Visalign.Generators;
using Visalign.Networks;
using Visalign.Pictures;
using Visalign.Rollouts;
using Visalign.Torch;
using Visalign.Torch.Processes;
using Visalign.Worlds;

namespace Visalign.Studies;

/// <summary>How a policy did on prompts it was not trained on.</summary>
/// <param name="Conditions">The prompts.</param>
/// <param name="Scores">One per prompt: 1 or 0 from the exact checker, any number from rewards, NaN where a reward failed.</param>
/// <param name="Verdicts">What the exact checker says of each; empty where it did not judge.</param>
/// <param name="Pictures">What was judged.</param>
/// <param name="NetworkEvaluations">Samples × forwards.</param>
public sealed record Evaluation(IReadOnlyList<Condition> Conditions, IReadOnlyList<double> Scores, IReadOnlyList<Verdict> Verdicts, PictureBatch Pictures, long NetworkEvaluations)
{
    /// <summary>The mean of the scores there are: from the exact checker, the share of pictures it accepts. NaN where there is none.</summary>
    public double Score => Scores.Where(score => !double.IsNaN(score)).DefaultIfEmpty(double.NaN).Average();

    /// <summary>The exact checker's mean graded score, in [0, 1]; the mean score where it did not judge.</summary>
    public double SoftScore => Verdicts.Count > 0 ? Verdicts.Average(verdict => verdict.Score) : Score;

    /// <summary>The exact checker's score by task, in the order of the tasks.</summary>
    public IReadOnlyDictionary<string, double> Tasks => Verdicts.GroupBy(verdict => verdict.Task).OrderBy(group => group.Key)
        .ToDictionary(group => NameOf(group.Key), group => group.Average(verdict => verdict.Correct ? 1.0 : 0));

    /// <summary>A task as files and views name it: "single-object".</summary>
    public static string NameOf(SceneTask task) => System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(task.ToString());
}

/// <summary>Samples a fixed set of prompts with the ODE and has them judged.</summary>
public static class HeldOutEvaluation
{
    /// <summary>The guidance scales among which the best is chosen, for base and result alike.</summary>
    public static IReadOnlyList<double> GuidanceScales { get; } = [1, 1.5, 2, 3, 4, 5, 7];

    /// <summary>The seed of evaluation prompts and start noise: the same for every run, so that results are paired.</summary>
    public const ulong Seed = 20_250_101;

    /// <summary>Samples and judges.</summary>
    /// <param name="split">Held-out prompts for results, tuning prompts for choosing.</param>
    /// <param name="count">Number of prompts.</param>
    /// <param name="steps">ODE steps; null for models that draw tokens.</param>
    /// <param name="examination">What is asked, and who judges; null for the embedded world's prompts and its exact checker.</param>
    /// <param name="sample">Which of several samples per prompt, for best-of-N.</param>
    /// <param name="advanced">Hears which share is done; what it throws ends the evaluation.</param>
    /// <param name="processes">Share the sampling; null where this process is to do it by itself.</param>
    public static Evaluation Run(
        IGenerator generator, Weights weights, PromptSplit split, int count, int? steps, double guidanceScale, int sample = 0, Action<double>? advanced = null, Examination? examination = null,
        ProcessGroup? processes = null)
    {
        using var scope = Tensor.Scope();
        examination ??= Examination.Exact;
        var conditions = examination.Prompts(split, count);
        var rollout = PlainSampling.Run(generator, weights, conditions, new(steps, guidanceScale) { MicroBatch = examination.MicroBatch }, Seed, iteration: ((long)split << 32) + sample, advanced, processes);
        var pictures = generator.Decode(rollout.Final, processes);
        var (scores, verdicts) = examination.Judge(pictures, conditions);
        return new(conditions, scores, verdicts, pictures, rollout.NetworkEvaluations);
    }

    /// <summary>The guidance scale with the highest score on tuning prompts; the smaller one on a tie.</summary>
    /// <param name="advanced">Hears which share is done; what it throws ends the search.</param>
    /// <param name="processes">Share the sampling; null where this process is to do it by itself.</param>
    /// <returns>The scale and every score.</returns>
    public static (double Best, IReadOnlyList<(double Scale, double Score)> Scores) ChooseGuidance(
        IGenerator generator, Weights weights, int count, int? steps, Action<double>? advanced = null, Examination? examination = null, ProcessGroup? processes = null)
    {
        List<(double Scale, double Score)> scores = [];
        foreach (double scale in GuidanceScales)
        {
            int done = scores.Count;
            scores.Add((scale, Run(generator, weights, PromptSplit.Tuning, count, steps, scale, 
                advanced: share => advanced?.Invoke((done + share) / GuidanceScales.Count), examination: examination, processes: processes).Score));
        }
        return (scores.MaxBy(entry => entry.Score).Scale, scores);
    }
}
