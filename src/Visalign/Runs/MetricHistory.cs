namespace Visalign.Runs;

/// <summary>The metrics of a run so far, a series each.</summary>
/// <param name="window">Iterations that are averaged.</param>
internal sealed class MetricHistory(int window)
{
    private readonly Dictionary<string, MetricSeries> _series = new(StringComparer.Ordinal);

    /// <summary>Iterations so far.</summary>
    public int Count { get; private set; }

    /// <summary>The series of a metric, or null before its first value.</summary>
    public MetricSeries? Find(string name) => _series.GetValueOrDefault(name);

    /// <summary>The mean of a metric over the last window, or null.</summary>
    public double? Now(string name) => Find(name)?.Mean(Count);

    /// <summary>The mean of a metric over the first window, or null.</summary>
    public double? First(string name) => Find(name)?.Mean(window);

    /// <summary>Adds the next iteration.</summary>
    public void Add(IReadOnlyDictionary<string, double> values)
    {
        foreach (string name in values.Keys.Where(name => !_series.ContainsKey(name)))
        {
            var late = _series[name] = new(window);
            for (int i = 0; i < Count; i++) late.Add(double.NaN);
        }
        Count++;
        foreach (var (name, series) in _series) series.Add(values.GetValueOrDefault(name, double.NaN));
    }
}
