namespace Visalign.Rollouts;

/// <summary>The best and the worst child of a parent, where they differ enough to learn from.</summary>
/// <remarks>
/// The authors' <c>preference_score_compare</c> of SPO (Liang et al., arXiv 2406.04314): with p the softmax over the two extreme
/// scores, a pair is kept where <c>p_winner - p_loser = tanh((S_winner - S_loser) / 2) > τ</c>. Departures: none.
/// </remarks>
public static class SiblingComparison
{
    /// <summary>The kept pairs, in the order of the parents.</summary>
    /// <param name="scores">Parent after parent, <paramref name="children"/> numbers each.</param>
    /// <param name="children">k, at least 2.</param>
    /// <param name="threshold">τ, at least 0; so a tie is never kept.</param>
    public static IReadOnlyList<(int Parent, int Winner, int Loser)> Of(ReadOnlySpan<float> scores, int children, double threshold)
    {
        List<(int, int, int)> kept = [];
        for (int parent = 0; parent * children < scores.Length; parent++)
        {
            var own = scores.Slice(parent * children, children);
            int winner = 0, loser = 0;
            for (int child = 1; child < children; child++)
            {
                if (own[child] > own[winner]) winner = child;
                if (own[child] < own[loser]) loser = child;
            }
            if (Math.Tanh(((double)own[winner] - own[loser]) / 2) > threshold) kept.Add((parent, winner, loser));
        }
        return kept;
    }
}
