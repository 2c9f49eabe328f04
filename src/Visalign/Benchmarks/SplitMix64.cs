namespace Visalign.Benchmarks;

/// <summary>Counter-based random numbers: the n-th of a seed is a pure function of both, so order and threads do not matter.</summary>
/// <remarks>
/// Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014, figure 17, with its state addressed directly:
/// <code>number n = mix(seed + (n + 1) · 0x9E3779B97F4A7C15)</code>
/// Departures: none.
/// </remarks>
internal static class SplitMix64
{
    /// <summary>64 uniform bits.</summary>
    public static ulong At(ulong seed, ulong counter)
    {
        var z = unchecked(seed + (counter + 1) * 0x9E3779B97F4A7C15);
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EB);
        return z ^ (z >> 31);
    }

    /// <summary>A uniform index in [0, <paramref name="count"/>); its bias is below count / 2^64.</summary>
    public static int IndexAt(ulong seed, ulong counter, int count) =>
        (int)Math.BigMul(At(seed, counter), (ulong)count, out _);
}
