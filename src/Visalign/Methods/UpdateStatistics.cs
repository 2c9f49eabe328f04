namespace Visalign.Methods;

/// <summary>What the updates of one iteration saw, on its way into the metrics.</summary>
public sealed class UpdateStatistics
{
    private readonly SortedDictionary<string, (double Sum, long Count)> _means = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, double> _largest = new(StringComparer.Ordinal);

    /// <summary>Adds a value to a metric that is averaged.</summary>
    public void Mean(string name, double value, long weight = 1)
    {
        var (sum, count) = _means.GetValueOrDefault(name);
        _means[name] = (sum + value * weight, count + weight);
    }

    /// <summary>Keeps the largest value of a metric.</summary>
    public void Largest(string name, double value) => _largest[name] = Math.Max(value, _largest.GetValueOrDefault(name, double.NegativeInfinity));

    /// <summary>Notes ratios: their largest distance from 1, and the share of clipped ones by sign of the advantage.</summary>
    /// <param name="logRatios">B numbers.</param>
    /// <param name="advantages">B numbers; 0 is neither sign.</param>
    public void Ratios(ReadOnlySpan<float> logRatios, ReadOnlySpan<float> advantages, double low, double high)
    {
        for (int i = 0; i < logRatios.Length; i++)
        {
            double ratio = Math.Exp(logRatios[i]);
            Largest("ratio/distance", Math.Abs(ratio - 1));
            Mean("ratio/mean", ratio);
            if (advantages[i] > 0) Mean("clip/positive", ratio > 1 + high ? 1 : 0);
            if (advantages[i] < 0) Mean("clip/negative", ratio < 1 - low ? 1 : 0);
        }
    }

    /// <summary>Adds what another part of the updates saw.</summary>
    public void Add(UpdateStatistics other)
    {
        foreach (var (name, (sum, count)) in other._means)
        {
            var (sumBefore, countBefore) = _means.GetValueOrDefault(name);
            _means[name] = (sumBefore + sum, countBefore + count);
        }
        foreach (var (name, value) in other._largest) Largest(name, value);
    }

    /// <summary>What was seen as bytes, for another process to <see cref="Read"/>.</summary>
    internal void Write(BinaryWriter writer)
    {
        writer.Write(_means.Count);
        foreach (var (name, (sum, count)) in _means)
        {
            writer.Write(name);
            writer.Write(sum);
            writer.Write(count);
        }
        writer.Write(_largest.Count);
        foreach (var (name, value) in _largest)
        {
            writer.Write(name);
            writer.Write(value);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    internal static UpdateStatistics Read(BinaryReader reader)
    {
        var statistics = new UpdateStatistics();
        for (int left = reader.ReadInt32(); left > 0; left--) statistics._means[reader.ReadString()] = (reader.ReadDouble(), reader.ReadInt64());
        for (int left = reader.ReadInt32(); left > 0; left--) statistics._largest[reader.ReadString()] = reader.ReadDouble();
        return statistics;
    }

    /// <summary>All metrics by name.</summary>
    public IEnumerable<KeyValuePair<string, double>> All() =>
        _means.Select(entry => KeyValuePair.Create(entry.Key, entry.Value.Sum / entry.Value.Count)).Concat(_largest);
}
