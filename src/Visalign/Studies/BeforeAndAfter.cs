using Visalign.Networks;
using Visalign.Pictures;
using Visalign.Reports;
using Visalign.Runs;
using Visalign.Worlds;

namespace Visalign.Studies;

/// <summary>The gallery of a report: the first held-out prompts, each from the same start noise under base and policy.</summary>
internal static class BeforeAndAfter
{
    /// <summary>In the embedded world, four prompts of each of the six tasks; as they come, chosen by nobody.</summary>
    private const int PairCount = 24;

    /// <summary>Two prompts of each task.</summary>
    private const int RowCount = 12;

    /// <summary>Samples the pairs of a run's policy, each side at its own best guidance scale.</summary>
    internal static IReadOnlyList<PicturePair> Sample(Policy policy, KeptEvaluation before, KeptEvaluation after)
    {
        var (left, right) = (Pictures(policy, policy.Generator.Base, before), Pictures(policy, policy.Weights, after));

        return [.. left.Conditions.Select((condition, index) => new PicturePair(condition.Prompt, Judged(left, index), Judged(right, index)))];
    }

    /// <summary>Samples the first prompts from the base and from the policy of each run, each at its own best guidance scale.</summary>
    internal static IReadOnlyList<PictureRow> Lineup(IReadOnlyList<(string Name, KeptRun Run)> runs)
    {
        List<(string Name, Evaluation Drawn)> all = [];
        foreach (var (name, run) in runs)
        {
            using var policy = Policy.OfRun(run.Path);
            if (all.Count == 0) all.Add(("base", Pictures(policy, policy.Generator.Base, EvaluationFolder.Get<KeptEvaluation>(run.Path, EvaluationFolder.Base), RowCount)));
            all.Add((name, Pictures(policy, policy.Weights, EvaluationFolder.Get<KeptEvaluation>(run.Path, EvaluationFolder.Result), RowCount)));
        }
        return [.. all[0].Drawn.Conditions.Select((condition, index) => new PictureRow(condition.Prompt, [.. all.Select(one => (one.Name, Judged(one.Drawn, index)))]))];
    }

    private static Evaluation Pictures(Policy policy, Weights weights, KeptEvaluation kept, int count = PairCount) =>
        HeldOutEvaluation.Run(policy.Generator, weights, kept.Split, Math.Min(count, kept.Prompts), kept.Steps, kept.GuidanceScale,
            examination: Examination.ToShow(policy.Recipe!, policy.Generator));

    private static JudgedPicture Judged(Evaluation evaluation, int index)
    {
        byte[] png = Png.Encode(RgbPicture.Of(evaluation.Pictures, index));
        return evaluation.Verdicts.Count == 0 ? new(png, [], null)
            : new(png, evaluation.Verdicts[index].Explanation.Split("; "), evaluation.Verdicts[index].Correct);
    }
}
