namespace Visalign.Networks;

/// <summary>Distances between tokens, sorted into buckets that share a bias: near ones alone, far ones by their logarithm.</summary>
/// <remarks>
/// Raffel et al., arXiv 1910.10683, section 2.1. Half of a side's buckets are exact; the others divide the logarithm up to
/// the longest distance, beyond which all share the last. The logarithm is taken in single precision, as in the authors'
/// code: in double precision distances at a bucket's border fall on the other side.
/// </remarks>
public static class RelativeBuckets
{
    /// <summary>The bucket of a distance.</summary>
    /// <param name="distance">Place of the key less place of the query.</param>
    /// <param name="buckets">Number of buckets.</param>
    /// <param name="longest">The distance from which all share a bucket.</param>
    /// <param name="bidirectional">Half of the buckets for keys that come later; else these are all in bucket 0.</param>
    public static int Of(long distance, int buckets, int longest, bool bidirectional)
    {
        int side = bidirectional ? buckets / 2 : buckets, first = bidirectional && distance > 0 ? side : 0;
        long away = bidirectional ? Math.Abs(distance) : Math.Max(-distance, 0);
        int exact = side / 2;
        if (away < exact) return first + (int)away;
        float share = MathF.Log((float)away / exact) / (float)Math.Log((double)longest / exact) * (side - exact);
        return first + Math.Min(exact + (int)share, side - 1);
    }

    /// <summary>The buckets of all pairs of tokens, looking both ways.</summary>
    /// <returns>Row-major <c>[T, T]</c>, a row a query.</returns>
    internal static long[] OfPairs(int tokens, int buckets, int longest)
    {
        var byDistance = new long[2 * tokens - 1];
        for (int i = 0; i < byDistance.Length; i++) byDistance[i] = Of(i - (tokens - 1), buckets, longest, bidirectional: true);
        var pairs = new long[tokens * tokens];
        for (int query = 0; query < tokens; query++) byDistance.AsSpan(tokens - 1 - query, tokens).CopyTo(pairs.AsSpan(query * tokens));
        return pairs;
    }
}
