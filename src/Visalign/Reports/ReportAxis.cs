namespace Visalign.Reports;

/// <summary>A linear axis with round ticks.</summary>
/// <param name="Low">Value at its start.</param>
/// <param name="High">Value at its end, above <paramref name="Low"/>.</param>
/// <param name="Ticks">Round values within.</param>
internal sealed record ReportAxis(double Low, double High, IReadOnlyList<double> Ticks)
{
    /// <summary>The axis over all finite values, its ends on ticks.</summary>
    /// <param name="values">Any numbers; without a finite one the axis is 0 to 1.</param>
    /// <param name="tickCount">About how many intervals between ticks, 4 to 6.</param>
    public static ReportAxis Covering(IEnumerable<double> values, int tickCount)
    {
        var (low, high) = Ends(values);
        var step = RoundStep((high - low) / tickCount);
        var (first, last) = (Math.Floor(low / step + 1e-9), Math.Ceiling(high / step - 1e-9));
        return new(first * step, last * step, TicksBetween(first, last, step));
    }

    /// <summary>The axis that ends exactly where the values do.</summary>
    public static ReportAxis Spanning(IEnumerable<double> values, int tickCount)
    {
        var (low, high) = Ends(values);
        var step = RoundStep((high - low) / tickCount);
        return new(low, high, TicksBetween(Math.Ceiling(low / step - 1e-9), Math.Floor(high / step + 1e-9), step));
    }

    /// <summary>Where a value lies: 0 at the start, 1 at the end.</summary>
    public double Position(double value) => (value - Low) / (High - Low);

    private static (double Low, double High) Ends(IEnumerable<double> values)
    {
        var finite = values.Where(double.IsFinite).ToArray();
        if (finite.Length == 0 || finite.All(value => value == 0))
            return (0, 1);
        var (low, high) = (finite.Min(), finite.Max());
        var isConstant = high - low <= 1e-9 * Math.Max(Math.Abs(low), Math.Abs(high));
        return isConstant ? (Math.Min(0, low), Math.Max(0, high)) : (low, high);
    }

    // Heckbert, "Nice numbers for graph labels", Graphics Gems, 1990.
    private static double RoundStep(double step)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(step)));
        return power * (step / power) switch { <= 1.0001 => 1, <= 2.0001 => 2, <= 5.0001 => 5, _ => 10 };
    }

    private static double[] TicksBetween(double first, double last, double step) =>
        [.. Enumerable.Range(0, (int)(last - first) + 1).Select(i => (first + i) * step)];
}
