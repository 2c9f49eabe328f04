namespace Visalign.Tests.Runs;

/// <summary>Invented metrics of a run that learns as it should: noisy, with spikes, and drifting where runs drift.</summary>
internal static class MetricStream
{
    /// <summary>The metrics of some iterations.</summary>
    /// <param name="illness">Changes the metrics of an iteration, counted from 0.</param>
    public static IEnumerable<Dictionary<string, double>> Of(int seed, int iterations, Action<int, Dictionary<string, double>>? illness = null)
    {
        var random = new Random(seed);
        for (int i = 0; i < iterations; i++)
        {
            double learned = 1 - Math.Exp(-i / 60.0);
            var metrics = new Dictionary<string, double>
            {
                ["reward/mean"] = 0.4 + 0.25 * learned + 0.04 * Normal(random),
                ["reward/deviation"] = 0.35 + 0.02 * Normal(random),
                ["heldout/contrast"] = 0.3 - 0.01 * learned + 0.02 * Normal(random),
                ["heldout/exact-strict"] = 0.4 + 0.2 * learned + 0.05 * Normal(random),
                ["kl/mean"] = 0.005 * learned * Math.Exp(0.4 * Normal(random)),
                ["clip/positive"] = Math.Clamp(0.2 + 0.1 * Normal(random), 0, 1),
                ["clip/negative"] = Math.Clamp(0.3 + 0.1 * Normal(random), 0, 1),
                ["group/without-signal"] = Math.Clamp(0.1 + 0.3 * learned + 0.1 * Normal(random), 0, 1),
                ["diversity/group"] = 8 - 2 * learned + 0.4 * Normal(random),
                ["gradient/norm"] = 0.3 * Math.Exp(0.4 * Normal(random)) * (random.Next(30) == 0 ? 20 : 1),
            };
            illness?.Invoke(i, metrics);
            yield return metrics;
        }
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
