namespace Visalign.Benchmarks;

/// <summary>Percentiles of a sample.</summary>
internal static class Percentile
{
    /// <summary>The value below which a share of the sample lies, interpolated linearly between order statistics.</summary>
    /// <remarks>Hyndman and Fan, "Sample Quantiles in Statistical Packages", 1996, definition 7. Departures: none.</remarks>
    /// <param name="sorted">At least one value, ascending.</param>
    /// <param name="share">In [0, 1]; 0.5 is the median.</param>
    public static double Of(ReadOnlySpan<double> sorted, double share)
    {
        var position = share * (sorted.Length - 1);
        var below = (int)Math.Floor(position);
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }
}
