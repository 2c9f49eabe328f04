namespace Visalign.Worlds;

/// <summary>A random stream that is a pure function of its key: the same seed, stream and index give the same numbers.</summary>
/// <remarks>
/// Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014: the SplitMix64 sequence, started
/// at a hash of the key. Departures: none in the sequence; the key is folded in with the same mixing function.
/// </remarks>
internal struct CounterRandom(ulong seed, ulong stream, ulong index)
{
    private const ulong GoldenGamma = 0x9E3779B97F4A7C15;

    private ulong _state = Mix(Mix(Mix(seed + GoldenGamma) ^ stream) + GoldenGamma ^ index);

    /// <summary>A whole number from 0 to <paramref name="bound"/> - 1.</summary>
    public int Below(int bound) => (int)(((Next() >> 32) * (ulong)bound) >> 32);

    /// <summary>A number in [<paramref name="low"/>, <paramref name="high"/>).</summary>
    public double Between(double low, double high) => low + (high - low) * ((Next() >> 11) * (1.0 / (1UL << 53)));

    private ulong Next() => Mix(_state += GoldenGamma);

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
