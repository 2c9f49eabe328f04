using Visalign.Benchmarks;
using Visalign.Methods;
using Visalign.Pictures;
using Visalign.Rewards;
using Visalign.Rollouts;

namespace Visalign.Runs;

/// <summary>The numbers a run keeps of each iteration, by name.</summary>
internal static class IterationMetrics
{
    /// <summary>What one iteration showed: the objective's own statistics, rewards, groups without signal, diversity.</summary>
    /// <param name="said">Null where nobody judged.</param>
    /// <param name="pictures">Null where there are no new ones.</param>
    /// <param name="advantages">One for each picture.</param>
    /// <returns>In ordinal order of the names; a mean over pictures leaves out those without a score, and is missing where none has one.</returns>
    public static SortedDictionary<string, double> Of(JuryScores? said, Rollout rollout, PictureBatch? pictures, double[] advantages, UpdateStatistics statistics)
    {
        var metrics = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var (name, value) in statistics.All()) metrics[name] = value;
        foreach (var (name, value) in rollout.Metrics) metrics[name] = value;

        if (said is not null)
        {
            double[] totals = Judged(said.Trained.Total);
            Mean("reward/mean", totals);
            if (totals.Length > 0) metrics["reward/deviation"] = Math.Sqrt(totals.Average(value => (value - metrics["reward/mean"]) * (value - metrics["reward/mean"])));
            metrics["reward/failures"] = said.Trained.Total.FailureShare;
            foreach (var part in said.Trained.Parts) Mean($"reward/{part.Name}", Judged(part.Scores));
            foreach (var (name, scores) in said.Heldout) Mean($"heldout/{name}", Judged(scores));
        }

        if (advantages.Length > 0) metrics["group/without-signal"] = Enumerable.Range(0, advantages.Length).GroupBy(i => rollout.Groups[i]).Average(group => group.All(i => advantages[i] == 0) ? 1.0 : 0);
        if (pictures is not null && rollout.GroupSize > 1) metrics["diversity/group"] = PictureDiversity.MeanPairwiseDistance(pictures, [.. rollout.Groups.Select(group => (int)group)]);
        return metrics;

        void Mean(string name, double[] values)
        {
            if (values.Length > 0) metrics[name] = values.Average();
        }
    }

    private static double[] Judged(RewardScores scores) => [.. scores.Values.Where(double.IsFinite)];
}
