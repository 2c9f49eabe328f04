namespace Visalign.Rewards;

/// <summary>Scores in coarse steps, as AR-GRPO adds them to the scores themselves.</summary>
/// <remarks>
/// Yuan et al., AR-GRPO, arXiv 2508.06924, and its code. A comparison is made in double precision with the score as it is.
/// Departures: a score at the last threshold or above gets the last value, where the code fails.
/// </remarks>
public static class ScoreQuantizer
{
    /// <summary>The value of the first threshold that lies above a score.</summary>
    /// <param name="thresholds">Rising.</param>
    /// <param name="values">One for each threshold.</param>
    public static double Step(double score, ReadOnlySpan<double> thresholds, ReadOnlySpan<double> values)
    {
        if (thresholds.Length == 0 || thresholds.Length != values.Length) throw new ArgumentException($"{thresholds.Length} thresholds need as many values, got {values.Length}.");
        int at = 0;
        while (at < thresholds.Length - 1 && score >= thresholds[at]) at++;
        return values[at];
    }

    /// <summary>A score moved from one range to another and rounded to the nearest of evenly spaced steps.</summary>
    /// <param name="from">Where scores lie.</param>
    /// <param name="to">Where they are moved to.</param>
    /// <param name="bins">Steps of the range they are moved to.</param>
    public static double Bin(double score, (double Low, double High) from, (double Low, double High) to, int bins)
    {
        double moved = (score - from.Low) / (from.High - from.Low) * (to.High - to.Low) + to.Low;
        double width = (to.High - to.Low) / bins;
        return width * Math.Truncate(moved / width + 0.5);
    }
}
