using Visalign.Runs;

namespace Visalign.Tests.Runs;

public sealed class WatchdogTests
{
    private const int Onset = 100;

    private static readonly string[] Trained = ["exact"];
    private static readonly string[] Heldout = ["contrast", "exact-strict"];

    private static readonly Dictionary<string, Action<int, Dictionary<string, double>>> Illnesses = new()
    {
        ["far from the base"] = (i, metrics) => metrics["kl/mean"] *= 1 + 40 * Since(i, 50),
        ["running away from the base"] = (i, metrics) => metrics["kl/mean"] = 1e-4 * Math.Exp(0.35 * Math.Max(0, i - Onset)),
        ["clipped on both sides"] = (i, metrics) => (metrics["clip/positive"], metrics["clip/negative"]) = (metrics["clip/positive"] + 0.6 * Since(i, 20), metrics["clip/negative"] + 0.6 * Since(i, 20)),
        ["clipped on one side"] = (i, metrics) => (metrics["clip/positive"], metrics["clip/negative"]) = (metrics["clip/positive"] * (1 - Since(i, 20)), metrics["clip/negative"] + 0.27 * Since(i, 20)),
        ["without signal"] = (i, metrics) => metrics["group/without-signal"] = Math.Min(1, metrics["group/without-signal"] + 0.6 * Since(i, 50)),
        ["gamed"] = (i, metrics) => (metrics["heldout/contrast"], metrics["reward/mean"]) = (metrics["heldout/contrast"] - 0.2 * Since(i, 100), metrics["reward/mean"] + 0.2 * Since(i, 100)),
        ["falling apart"] = (i, metrics) => metrics["reward/mean"] -= 0.4 * Since(i, 50),
        ["collapsing"] = (i, metrics) => metrics["diversity/group"] *= 1 - 0.6 * Since(i, 50),
        ["exploding"] = (i, metrics) => metrics["gradient/norm"] *= Math.Exp(0.1 * Math.Max(0, i - Onset)),
    };

    [Fact]
    public void A_hundred_healthy_runs_raise_no_alarm() =>
        Assert.All(Enumerable.Range(1, 100), seed => Assert.Empty(Remarks(New(), MetricStream.Of(seed, 400))));

    [Theory]
    [InlineData("far from the base", "divergence from the base averages")]
    [InlineData("running away from the base", "runs away")]
    [InlineData("clipped on both sides", "most of each update is thrown away")]
    [InlineData("clipped on one side", "one side moves unbounded")]
    [InlineData("without signal", "all samples earn the same reward")]
    [InlineData("gamed", "the held-out 'contrast' fell from")]
    [InlineData("falling apart", "The trained reward fell from")]
    [InlineData("collapsing", "collapsing onto few pictures")]
    [InlineData("exploding", "updates are exploding")]
    public void Each_illness_is_told_once_and_nothing_else_is(string illness, string words)
    {
        for (int seed = 1; seed <= 5; seed++)
        {
            var remark = Assert.Single(Remarks(New(), MetricStream.Of(seed, 250, Illnesses[illness])));

            Assert.Contains(words, remark.Text, StringComparison.Ordinal);
            Assert.InRange(remark.Iteration, Onset, 240);
        }
    }

    [Fact]
    public void A_rule_speaks_again_once_the_run_was_well_for_three_windows()
    {
        // Ill for 30, well for 45, and ill again; then a gap of 20.
        var ill = (int i) => i is >= 50 and < 80 or >= 125 and < 150 or >= 170 and < 200;

        var remarks = Remarks(New(), MetricStream.Of(1, 240, (i, metrics) => metrics["group/without-signal"] = ill(i) ? 1 : 0));

        Assert.Equal(2, remarks.Count);
        Assert.InRange(remarks[0].Iteration, 50, 60);
        Assert.InRange(remarks[1].Iteration, 125, 135);
    }

    [Fact]
    public void The_strict_exact_score_is_looked_at_only_where_it_is_trained_on()
    {
        var fallen = MetricStream.Of(1, 250, (i, metrics) => metrics["heldout/exact-strict"] *= 1 - Since(i, 100)).ToList();

        Assert.Empty(Remarks(New(), fallen));
        Assert.Contains("'exact-strict' fell", Assert.Single(Remarks(new(new(), ["exact-strict"], Heldout), fallen)).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(101)]
    [InlineData(140)]
    [InlineData(200)]
    public void Shown_the_earlier_metrics_again_it_says_the_same_of_the_later_ones(int at)
    {
        var stream = MetricStream.Of(3, 250, (i, metrics) => { foreach (var illness in Illnesses.Values) illness(i, metrics); }).ToList();
        var whole = Remarks(New(), stream);
        var rest = New();
        foreach (var metrics in stream.Take(at)) rest.Observe(metrics);

        var later = Remarks(rest, stream.Skip(at), at);

        Assert.True(whole.Count > 3, $"{whole.Count} remarks");
        Assert.Equal(whole.Where(remark => remark.Iteration >= at), later);
    }

    [Fact]
    public void A_metric_that_is_sometimes_missing_or_comes_late_is_judged_by_what_there_is()
    {
        var patchy = MetricStream.Of(1, 250, (i, metrics) =>
        {
            Illnesses["gamed"](i, metrics);
            if (i < 7 || i % 3 == 0) metrics.Remove("heldout/contrast");
        });

        Assert.Contains("'contrast' fell", Assert.Single(Remarks(New(), patchy)).Text, StringComparison.Ordinal);
        Assert.Empty(Remarks(New(), MetricStream.Of(1, 250).Select(_ => new Dictionary<string, double>())));
    }

    private static double Since(int iteration, int length) => Math.Clamp((iteration - Onset) / (double)length, 0, 1);

    private static Watchdog New() => new(new(), Trained, Heldout);

    private static List<RunRemark> Remarks(Watchdog watchdog, IEnumerable<IReadOnlyDictionary<string, double>> stream, int first = 0) =>
        [.. stream.SelectMany((metrics, i) => watchdog.Observe(metrics).Select(text => new RunRemark(first + i, text)))];
}
