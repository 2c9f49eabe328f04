namespace Visalign.Preferences;

/// <summary>Which two samples of each group make its pair.</summary>
public static class RankedGroups
{
    /// <summary>The best and the worst of each group by their rewards.</summary>
    /// <param name="rewards">B numbers, higher is better; NaN = not judged, and in no pair.</param>
    /// <param name="groups">B group numbers.</param>
    /// <returns>B numbers: 1 for a group's best, -1 for its worst, 0 for all others and where a group has no two rewards that differ. Of equal ones the first counts.</returns>
    public static double[] BestAndWorst(double[] rewards, long[] groups)
    {
        var signs = new double[rewards.Length];
        foreach (var group in Enumerable.Range(0, rewards.Length).Where(i => !double.IsNaN(rewards[i])).GroupBy(i => groups[i]))
        {
            int best = group.MaxBy(i => rewards[i]), worst = group.MinBy(i => rewards[i]);
            if (rewards[best] == rewards[worst]) continue;
            (signs[best], signs[worst]) = (1, -1);
        }
        return signs;
    }
}
