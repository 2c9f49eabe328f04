namespace Visalign.Runs;

/// <summary>One metric over the iterations, NaN where an iteration had none, and its means over windows of iterations.</summary>
internal sealed class MetricSeries(int window)
{
    private readonly List<double> _values = [];
    private double _last = double.NaN;
    private double _squaredChanges;
    private long _changeCount;
    private double _highest = double.NegativeInfinity;

    /// <summary>Iterations so far.</summary>
    public int Count => _values.Count;

    /// <summary>The end of the window with the highest mean so far, or null.</summary>
    public int? Peak { get; private set; }

    /// <summary>Standard error of a window's mean.</summary>
    /// <remarks>
    /// <code>sqrt(mean of (x_i+1 - x_i)² / 2) / sqrt(window)</code>
    /// Differences of neighbors see the noise and not the trend (von Neumann, "Distribution of the Ratio of the Mean
    /// Square Successive Difference to the Variance", 1941), so a metric that moves as it should does not look noisy.
    /// </remarks>
    public double Error => _changeCount == 0 ? 0 : Math.Sqrt(_squaredChanges / _changeCount / 2 / window);

    /// <summary>Adds the next iteration's value.</summary>
    public void Add(double value)
    {
        _values.Add(value);
        if (double.IsNaN(value)) return;
        if (!double.IsNaN(_last))
        {
            _squaredChanges += (value - _last) * (value - _last);
            _changeCount++;
        }
        _last = value;
        if (Mean(Count) is { } mean && mean > _highest) (_highest, Peak) = (mean, Count);
    }

    /// <summary>The mean over the window before <paramref name="end"/>, or null where less than half of it has values.</summary>
    public double? Mean(int end) => Window(end) is { } values ? values.Average() : null;

    /// <summary>The value below which a share of the window before <paramref name="end"/> lies, or null as for <see cref="Mean"/>.</summary>
    public double? Quantile(double share, int end) => Window(end) is { } values ? values.Order().ElementAt((int)(share * values.Count)) : null;

    private List<double>? Window(int end)
    {
        if (end < window || end > Count) return null;
        var values = _values.GetRange(end - window, window).FindAll(value => !double.IsNaN(value));
        return 2 * values.Count >= window ? values : null;
    }
}
