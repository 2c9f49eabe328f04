using FsCheck.Xunit;
using Visalign.Benchmarks;

namespace Visalign.Tests.Benchmarks;

public sealed class CrossedBootstrapTests
{
    // Two prompts scored 0 and 1: a resample's mean is 0, 1/2 or 1 with chances 1/4, 1/2, 1/4.
    [Theory]
    [InlineData(0.95, 0, 1)]
    [InlineData(0.4, 0.5, 0.5)]
    public void Interval_of_two_prompts_is_known_by_hand(double level, double low, double high)
    {
        var estimate = CrossedBootstrap.Mean([[0, 1]], new() { Level = level });

        Assert.Equal(new Estimate(0.5, new Interval(low, high, level)), estimate);
    }

    // Score = index of the prompt under both seeds, so seeds add no chance and 0, 1/2, 1 keep their chances 1/4, 1/2, 1/4.
    // Prompts drawn anew for every seed would give 0 a chance of 5/32, less than the tail of 1/5, and so the ends 1/4 and 3/4.
    [Fact]
    public void All_seeds_of_a_resample_share_its_prompts()
    {
        var estimate = CrossedBootstrap.Mean([[0, 1], [0, 1]], new() { Level = 0.6 });

        Assert.Equal(new Interval(0, 1, 0.6), estimate.Interval);
    }

    [Fact]
    public void Seeds_are_resampled_too()
    {
        var estimate = CrossedBootstrap.Mean([[0, 0, 0], [1, 1, 1]]);

        Assert.Equal(new Estimate(0.5, new Interval(0, 1)), estimate);
    }

    [Fact]
    public void What_both_systems_share_cancels_in_a_paired_gain()
    {
        double[][] baseline = [[0.125, 0.75, 0.5], [0.25, 1, 0]];
        var candidate = baseline.Select(row => row.Select(score => score + 0.25).ToArray()).ToArray();

        var gain = CrossedBootstrap.PairedGain(baseline, candidate);

        Assert.Equal(new Estimate(0.25, new Interval(0.25, 0.25)), gain);
    }

    [Fact]
    public void Same_seed_gives_the_same_bits_and_another_seed_does_not()
    {
        double[][] scores = [[0.1, 0.7, 0.4, 0.9], [0.3, 0.2, 0.8, 0.5]];

        var first = CrossedBootstrap.Mean(scores, new() { ResampleCount = 100, Seed = 1 });
        var again = CrossedBootstrap.Mean(scores, new() { ResampleCount = 100, Seed = 1 });
        var other = CrossedBootstrap.Mean(scores, new() { ResampleCount = 100, Seed = 2 });

        Assert.Equal(first, again);
        Assert.NotEqual(first.Interval, other.Interval);
    }

    [Property]
    public bool Swapping_the_systems_flips_the_sign(int seedCount, int promptCount, ulong seed)
    {
        var (a, b) = (Scores(seedCount, promptCount, seed), Scores(seedCount, promptCount, seed + 1));
        BootstrapOptions options = new() { ResampleCount = 50, Seed = seed };

        var forward = CrossedBootstrap.PairedGain(a, b, options);
        var backward = CrossedBootstrap.PairedGain(b, a, options);

        return Near(forward.Value, -backward.Value)
            && Near(forward.Interval!.Value.Low, -backward.Interval!.Value.High)
            && Near(forward.Interval!.Value.High, -backward.Interval!.Value.Low);
    }

    [Property]
    public bool Interval_lies_within_the_scores(int seedCount, int promptCount, ulong seed)
    {
        var scores = Scores(seedCount, promptCount, seed);

        var interval = CrossedBootstrap.Mean(scores, new() { ResampleCount = 50, Seed = seed }).Interval!.Value;

        var all = scores.SelectMany(row => row).ToArray();
        return interval.Low <= interval.High && interval.Low >= all.Min() - 1e-12 && interval.High <= all.Max() + 1e-12;
    }

    // Score = seed effect + prompt effect + noise, all uniform with mean 0. Forgetting one of the two sources halves the variance
    // and covers about 0.83; 200 trials of an honest 0.95 stray below 0.9 once in a few hundred draws of the (fixed) seed.
    [Fact]
    public void Intervals_cover_the_truth_about_as_often_as_they_say()
    {
        const int TrialCount = 200, SeedCount = 24, PromptCount = 24;
        var covered = 0;
        for (var trial = 0UL; trial < TrialCount; trial++)
        {
            double Effect(int index) => Noise.Uniform(new(trial, NoisePurpose.Probe), index) - 0.5;
            var scores = Enumerable.Range(0, SeedCount).Select(s => Enumerable.Range(0, PromptCount)
                .Select(p => Effect(s) + Effect(100 + p) + Effect(1000 + s * PromptCount + p)).ToArray()).ToArray();

            if (CrossedBootstrap.Mean(scores, new() { ResampleCount = 400, Seed = trial }).Interval!.Value.Contains(0))
                covered++;
        }

        Assert.InRange(covered / (double)TrialCount, 0.9, 0.99);
    }

    [Fact]
    public void Faulty_tables_are_refused_with_the_place()
    {
        Assert.Contains("at least one", Fault(() => CrossedBootstrap.Mean([])));
        Assert.Contains("seed 1 has 1 prompts", Fault(() => CrossedBootstrap.Mean([[1, 2], [3]])));
        Assert.Contains("seed 0, prompt 1", Fault(() => CrossedBootstrap.Mean([[1, double.PositiveInfinity]])));
        Assert.Contains("no prompt that has a score under every seed", Fault(() => CrossedBootstrap.Mean([[1, double.NaN], [double.NaN, 1]])));
        Assert.Contains("1 seeds × 2 prompts", Fault(() => CrossedBootstrap.PairedGain([[1, 2]], [[1]])));
        Assert.Contains("level is 1", Fault(() => CrossedBootstrap.Mean([[1]], new() { Level = 1 })));
        Assert.Contains("resample count is 0", Fault(() => CrossedBootstrap.Mean([[1]], new() { ResampleCount = 0 })));
    }

    [Fact]
    public void A_prompt_without_a_score_in_either_system_is_left_out_of_both()
    {
        double[][] holed = [[0.5, double.NaN, 0.25, 0.75], [1, 0.5, 0.5, 0.25]], other = [[0.75, 1, double.NaN, 1], [1, 1, 0.25, 0.5]];

        Assert.Equal(CrossedBootstrap.Mean([[0.5, 0.25, 0.75], [1, 0.5, 0.25]]), CrossedBootstrap.Mean(holed));
        Assert.Equal(CrossedBootstrap.PairedGain([[0.5, 0.75], [1, 0.25]], [[0.75, 1], [1, 0.5]]), CrossedBootstrap.PairedGain(holed, other));
    }

    private static string Fault(Action act) => Assert.Throws<InputException>(act).Message;

    private static bool Near(double a, double b) => Math.Abs(a - b) < 1e-12;

    private static double[][] Scores(int seedCount, int promptCount, ulong seed)
    {
        var (rows, columns) = (1 + Math.Abs(seedCount % 4), 1 + Math.Abs(promptCount % 9));
        return Enumerable.Range(0, rows).Select(s => Enumerable.Range(0, columns)
            .Select(p => Noise.Uniform(new(seed, NoisePurpose.Probe), s * columns + p)).ToArray()).ToArray();
    }
}
