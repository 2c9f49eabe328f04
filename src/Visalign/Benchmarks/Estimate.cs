namespace Visalign.Benchmarks;

/// <summary>A measured number with what is known of its uncertainty.</summary>
/// <param name="Value">The point estimate, in the metric's own unit.</param>
/// <param name="Interval">Where the true value plausibly lies; null when no interval was computed.</param>
public readonly record struct Estimate(double Value, Interval? Interval = null);

/// <summary>A confidence interval.</summary>
/// <param name="Low">Lower end, in the metric's own unit.</param>
/// <param name="High">Upper end, at least <paramref name="Low"/>.</param>
/// <param name="Level">Nominal coverage in (0, 1), usually 0.95.</param>
public readonly record struct Interval(double Low, double High, double Level = 0.95)
{
    /// <summary>Whether <paramref name="value"/> lies between the ends, both included.</summary>
    public bool Contains(double value) => Low <= value && value <= High;
}
