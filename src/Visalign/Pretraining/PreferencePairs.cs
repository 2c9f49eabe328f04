namespace Visalign.Pretraining;

/// <summary>Two pictures of one prompt, and which of them is liked.</summary>
/// <param name="First">Row of the first.</param>
/// <param name="Second">Row of the second.</param>
/// <param name="Preferred">1 for the first, 0 for the second, ½ for a tie.</param>
internal readonly record struct PreferencePair(int First, int Second, float Preferred)
{
    /// <summary>All pairs within groups, by the scores of a judge.</summary>
    /// <param name="scores">Group by group.</param>
    /// <param name="groupSize">Pictures of a prompt.</param>
    /// <param name="tie">Scores that differ by no more are a tie.</param>
    internal static List<PreferencePair> Within(ReadOnlySpan<double> scores, int groupSize, double tie)
    {
        List<PreferencePair> pairs = [];
        for (int first = 0; first < scores.Length; first += groupSize)
            for (int i = first; i < first + groupSize; i++)
                for (int j = first; j < i; j++)
                {
                    double difference = scores[j] - scores[i];
                    pairs.Add(new(j, i, Math.Abs(difference) <= tie ? 0.5f : difference > 0 ? 1 : 0));
                }
        return pairs;
    }
}
