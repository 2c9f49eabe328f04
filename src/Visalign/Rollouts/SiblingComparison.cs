namespace Visalign.Rollouts;

/// <summary>The best and the worst child of a parent.</summary>
/// <param name="IsKept">Whether they differ enough to learn from.</param>
/// <remarks>
/// The authors' <c>preference_score_compare</c> of SPO (Liang et al., arXiv 2406.04314): with p the softmax over the two extreme
/// scores, a pair is kept where <c>p_winner - p_loser = tanh((S_winner - S_loser) / 2) > τ</c>. Departures: a parent with a child
/// that has no score is left out, as nobody knows which of its children is the best.
/// </remarks>
public readonly record struct SiblingComparison(int Winner, int Loser, bool IsKept)
{
    /// <summary>The comparisons of all parents, in their order.</summary>
    /// <param name="scores">Parent after parent, <paramref name="children"/> numbers each; NaN is no score.</param>
    /// <param name="children">k, at least 2.</param>
    /// <param name="threshold">τ, at least 0; so a tie is never kept.</param>
    public static IReadOnlyList<SiblingComparison> Of(ReadOnlySpan<float> scores, int children, double threshold)
    {
        List<SiblingComparison> all = [];
        for (int parent = 0; parent * children < scores.Length; parent++)
        {
            var own = scores.Slice(parent * children, children);
            int winner = 0, loser = 0;
            bool unjudged = float.IsNaN(own[0]);
            for (int child = 1; child < children; child++)
            {
                unjudged |= float.IsNaN(own[child]);
                if (own[child] > own[winner]) winner = child;
                if (own[child] < own[loser]) loser = child;
            }
            all.Add(new(winner, loser, Math.Tanh(((double)own[winner] - own[loser]) / 2) > threshold && !unjudged));
        }
        return all;
    }
}
