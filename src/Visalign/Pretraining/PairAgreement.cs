namespace Visalign.Pretraining;

/// <summary>How often a judge prefers what was preferred.</summary>
/// <param name="Right">Pairs it ordered that way.</param>
/// <param name="Count">Pairs that are no tie.</param>
internal readonly record struct PairAgreement(int Right, int Count)
{
    /// <summary>In [0, 1]; ½ is chance, NaN where there are no pairs.</summary>
    internal double Share => (double)Right / Count;

    /// <summary>Counts; a judge's tie counts as wrong, a tie of the truth not at all.</summary>
    /// <param name="scores">The judge's, of all rows.</param>
    internal static PairAgreement Of(IReadOnlyList<PreferencePair> pairs, ReadOnlySpan<double> scores)
    {
        var (right, count) = (0, 0);
        foreach (var (first, second, preferred) in pairs)
        {
            if (preferred == 0.5f) continue;
            count++;
            if ((preferred - 0.5f) * (scores[first] - scores[second]) > 0) right++;
        }
        return new(right, count);
    }
}
