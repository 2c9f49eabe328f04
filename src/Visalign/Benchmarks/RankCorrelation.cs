namespace Visalign.Benchmarks;

/// <summary>How far two judges put the same things into the same order.</summary>
public static class RankCorrelation
{
    /// <summary>Spearman's rho: the correlation of ranks, equal values sharing the mean of theirs.</summary>
    /// <param name="first">Finite numbers, at least two.</param>
    /// <param name="second">As many.</param>
    /// <returns>In [-1, 1]; 0 where either judge calls all things equal.</returns>
    public static double Spearman(ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        if (first.Length != second.Length || first.Length < 2)
            throw new ArgumentException($"A rank correlation of {first.Length} and {second.Length} values; expected as many of both, and at least two.");
        double[] one = Ranks(first), other = Ranks(second);
        double middle = (first.Length + 1) / 2.0, product = 0, squares = 0, otherSquares = 0;
        for (int i = 0; i < one.Length; i++)
        {
            product += (one[i] - middle) * (other[i] - middle);
            squares += (one[i] - middle) * (one[i] - middle);
            otherSquares += (other[i] - middle) * (other[i] - middle);
        }
        return squares == 0 || otherSquares == 0 ? 0 : product / Math.Sqrt(squares * otherSquares);
    }

    private static double[] Ranks(ReadOnlySpan<double> values)
    {
        double[] sorted = values.ToArray();
        int[] order = [.. Enumerable.Range(0, sorted.Length)];
        Array.Sort(sorted, order);
        var ranks = new double[sorted.Length];
        for (int start = 0, end; start < sorted.Length; start = end)
        {
            for (end = start + 1; end < sorted.Length && sorted[end] == sorted[start]; end++) { }
            for (int i = start; i < end; i++) ranks[order[i]] = (start + end + 1) / 2.0;
        }
        return ranks;
    }
}
