using Visalign.Networks;
using Visalign.Pictures;
using Visalign.Runs;
using Visalign.Worlds;

namespace Visalign.Studies;

/// <summary>The gallery of a report: the first held-out prompts, each from the same start noise under base and policy.</summary>
internal static class BeforeAndAfter
{
    /// <summary>In the embedded world, four prompts of each of the six tasks; as they come, chosen by nobody.</summary>
    private const int PairCount = 24;

    /// <summary>Samples the pairs of a run's policy, each side at its own best guidance scale.</summary>
    internal static IReadOnlyList<PicturePair> Sample(Policy policy, KeptEvaluation before, KeptEvaluation after)
    {
        var (left, right) = (Pictures(policy, policy.Generator.Base, before), Pictures(policy, policy.Weights, after));

        return [.. left.Conditions.Select((condition, index) => new PicturePair(condition.Prompt, Judged(left, index), Judged(right, index)))];
    }

    private static Evaluation Pictures(Policy policy, Weights weights, KeptEvaluation kept) =>
        HeldOutEvaluation.Run(policy.Generator, weights, kept.Split, Math.Min(PairCount, kept.Prompts), kept.Steps, kept.GuidanceScale,
            examination: Examination.ToShow(policy.Recipe!, policy.Generator));

    private static JudgedPicture Judged(Evaluation evaluation, int index)
    {
        byte[] png = Png.Encode(RgbPicture.Of(evaluation.Pictures, index));
        return evaluation.Verdicts.Count == 0 ? new(png, [], null)
            : new(png, evaluation.Verdicts[index].Explanation.Split("; "), evaluation.Verdicts[index].Correct);
    }
}
