namespace Visalign.Credit;

/// <summary>Over which rewards the deviation that scales advantages is taken.</summary>
public enum DeviationScope
{
    /// <summary>Over the samples of the same prompt (GRPO).</summary>
    Group,
    /// <summary>Over all rewards of the iteration (Flow-GRPO's <c>global_std</c>).</summary>
    Batch,
    /// <summary>None: rewards less their group's mean are the advantages (Dr. GRPO, arXiv 2503.20783).</summary>
    None,
}

/// <summary>What the sum of squared differences from the mean is divided by.</summary>
public enum DeviationKind
{
    /// <summary>The number of rewards (Flow-GRPO).</summary>
    Population,
    /// <summary>One less (TRL, and what derives from it).</summary>
    Sample,
}

/// <summary>Each reward less its group's mean, over a deviation.</summary>
/// <remarks>
/// Shao et al., DeepSeekMath, arXiv 2402.03300, section 4.1, which leaves the kind of deviation open; the stabilizer as in
/// Flow-GRPO's <c>PerPromptStatTracker</c> and in TRL: <c>A = (R - mean_group) / (std + 1e-4)</c>, in double precision.
/// </remarks>
public static class GroupCredit
{
    /// <summary>One advantage per sample.</summary>
    /// <param name="rewards">B rewards; NaN where the judge failed: such a sample takes no part and gets 0.</param>
    /// <param name="groups">B group numbers: samples of one prompt share one.</param>
    /// <param name="stabilizer">Added to the deviation; sends a group of equal rewards to zero instead of NaN.</param>
    /// <param name="kind">Of the deviation.</param>
    /// <returns>B advantages.</returns>
    public static double[] Advantages(ReadOnlySpan<double> rewards, ReadOnlySpan<long> groups, DeviationScope scope, double stabilizer = 1e-4, DeviationKind kind = DeviationKind.Population)
    {
        if (rewards.Length != groups.Length) throw new ArgumentException($"{rewards.Length} rewards need as many group numbers, got {groups.Length}.");
        Dictionary<long, Moments> perGroup = [];
        var all = new Moments();
        for (int i = 0; i < rewards.Length; i++)
        {
            if (double.IsNaN(rewards[i])) continue;
            if (!perGroup.TryGetValue(groups[i], out var moments)) perGroup[groups[i]] = moments = new();
            moments.Add(rewards[i]);
            all.Add(rewards[i]);
        }
        var advantages = new double[rewards.Length];
        for (int i = 0; i < rewards.Length; i++)
        {
            if (double.IsNaN(rewards[i])) continue;
            var group = perGroup[groups[i]];
            double scale = scope == DeviationScope.None ? 1 : (scope == DeviationScope.Group ? group : all).Deviation(kind) + stabilizer;
            double difference = rewards[i] - group.Mean;
            // A mean of equal numbers may miss them by one rounding; that is no signal.
            advantages[i] = group.AllEqual ? 0 : difference / scale;
        }
        return advantages;
    }

    /// <summary>Whether an advantage teaches anything; samples without signal are left out of the update in the code of Flow-GRPO.</summary>
    public static bool HasSignal(double advantage) => advantage != 0;

    private sealed class Moments
    {
        private readonly List<double> _values = [];

        internal void Add(double value) => _values.Add(value);
        internal double Mean => _values.Sum() / _values.Count;
        internal bool AllEqual => _values.All(value => value == _values[0]);

        internal double Deviation(DeviationKind kind)
        {
            double mean = Mean;
            return Math.Sqrt(_values.Sum(value => (value - mean) * (value - mean)) / (_values.Count - (kind == DeviationKind.Sample ? 1 : 0)));
        }
    }
}
