using FsCheck.Xunit;
using Visalign.Objectives;
using Visalign.Tests.Generators;

namespace Visalign.Tests.Objectives;

public sealed class NegativeAwareMatchingTests
{
    private const double Limit = 5;
    private static readonly double[] Betas = [0.1, 0.5, 1, 2];

    // By hand: s = 0.5, x0 = 0, ε = (1, 3), so x = (0.5, 1.5) and u = (1, 3); v_old = 0, v = u, beta = 2.
    // v⁺ = 2u, v⁻ = -2u: errors x - s v^± = -u/2 and 3u/2; w = 1 and 3; l⁺ = 1.25 / 1, l⁻ = 11.25 / 3 = 3.75.
    // A = 3 of 5: r = 0.8; L = 5 (0.8 · 1.25 + 0.2 · 3.75) / 2 = 4.375.
    [Fact]
    public void Errors_and_loss_are_those_worked_out_by_hand()
    {
        using var scope = Tensor.Scope();
        var batch = new Batch(Doubles.Rows(1, 0, 0), Doubles.Rows(1, 1, 3), Doubles.Of(0.5));

        var errors = batch.Errors(Doubles.Rows(1, 1, 3), Doubles.Rows(1, 0, 0), beta: 2);
        double optimality = NegativeAwareMatching.Optimality(3, Limit);

        Assert.Equal(1.25, errors.Positive.Item(), 1e-12);
        Assert.Equal(3.75, errors.Negative.Item(), 1e-12);
        Assert.Equal(0.8, optimality, 1e-12);
        Assert.Equal(4.375, NegativeAwareMatching.PerSample(errors, Doubles.Of(optimality), 2, Limit).Item(), 1e-12);
    }

    [Property(MaxTest = 20)]
    public void At_the_old_policy_both_errors_agree_and_the_gradient_is_the_advantage_times_that_of_weighted_matching_whatever_beta(ulong seed)
    {
        using var scope = Tensor.Scope();
        var batch = Batch.Random(seed);
        var old = Doubles.Random(seed + 3, 4, 6);
        double[] advantages = Doubles.Random(seed + 4, 1, 4).Values();

        foreach (double beta in Betas)
        {
            var velocity = old.Clone().RequireGrad();
            var errors = batch.Errors(velocity, old, beta);
            var loss = batch.Loss(errors, advantages, beta).Sum();
            var expected = Tensor.From(advantages, 4, 1) * batch.MatchingGradient(old);

            Assert.All(errors.Positive.Values().Zip(errors.Negative.Values()), pair => Assert.Equal(pair.First, pair.Second, 1e-12));
            Assert.All(Autograd.Grad([loss], [velocity])[0].Values().Zip(expected.Values()), pair => Assert.Equal(pair.Second, pair.First, 1e-9));
        }
    }

    [Property(MaxTest = 20)]
    public void Without_advantage_nothing_is_learned_at_the_old_policy(ulong seed)
    {
        using var scope = Tensor.Scope();
        var batch = Batch.Random(seed);
        var old = Doubles.Random(seed + 3, 4, 6);
        var velocity = old.Clone().RequireGrad();

        var loss = batch.Loss(batch.Errors(velocity, old, beta: 0.5), [0, 0, 0, 0], beta: 0.5).Sum();

        Assert.All(Autograd.Grad([loss], [velocity])[0].Values(), gradient => Assert.Equal(0, gradient, 1e-12));
    }

    [Property(MaxTest = 20)]
    public void Wholly_good_samples_at_beta_1_are_plain_weighted_flow_matching_wherever_the_old_policy_is(ulong seed)
    {
        using var scope = Tensor.Scope();
        var batch = Batch.Random(seed);
        var velocity = Doubles.Random(seed + 4, 4, 6).RequireGrad();

        var loss = batch.Loss(batch.Errors(velocity, Doubles.Random(seed + 3, 4, 6), beta: 1), [Limit, Limit, Limit, 2 * Limit], beta: 1).Sum();
        var expected = batch.MatchingGradient(velocity) * Limit;

        Assert.All(Autograd.Grad([loss], [velocity])[0].Values().Zip(expected.Values()), pair => Assert.Equal(pair.Second, pair.First, 1e-9));
    }

    [Fact]
    public void The_old_velocity_gets_no_gradient_and_a_perfect_one_no_NaN()
    {
        using var scope = Tensor.Scope();
        var batch = Batch.Random(1);
        var old = Doubles.Random(3, 4, 6).RequireGrad();
        var velocity = (batch.Noise - batch.Data).RequireGrad();

        var loss = batch.Loss(batch.Errors(velocity, old, beta: 1), [Limit, Limit, Limit, Limit], beta: 1).Sum();
        Autograd.Backward(loss);

        Assert.Null(old.Gradient);
        Assert.Equal(0, loss.Item(), 1e-9);
        Assert.True(velocity.Gradient!.AllFinite());
    }

    [Theory]
    [InlineData(AdvantageMode.All, 2.5, 0.75)]
    [InlineData(AdvantageMode.All, -9, 0)]
    [InlineData(AdvantageMode.All, 9, 1)]
    [InlineData(AdvantageMode.All, 0, 0.5)]
    [InlineData(AdvantageMode.PositiveOnly, 2.5, 0.75)]
    [InlineData(AdvantageMode.PositiveOnly, -2.5, 0.5)]
    [InlineData(AdvantageMode.NegativeOnly, 2.5, 0.5)]
    [InlineData(AdvantageMode.NegativeOnly, -2.5, 0.25)]
    [InlineData(AdvantageMode.OneOnly, 2.5, 0.6)]
    [InlineData(AdvantageMode.OneOnly, -2.5, 0.5)]
    [InlineData(AdvantageMode.Binary, 2.5, 0.6)]
    [InlineData(AdvantageMode.Binary, -2.5, 0.4)]
    public void An_advantage_says_how_good_a_sample_is(AdvantageMode mode, double advantage, double expected) =>
        Assert.Equal(expected, NegativeAwareMatching.Optimality(advantage, Limit, mode), 1e-12);

    [Fact]
    public void The_distance_of_velocities_is_their_mean_square_per_sample()
    {
        using var scope = Tensor.Scope();

        var distance = PredictionDistance.PerSample(Doubles.Rows(2, 1, 2, 3, 4), Doubles.Rows(2, 1, 0, 3, 0));

        Assert.Equal([2.0, 8.0], distance.Values());
    }

    private sealed record Batch(Tensor Data, Tensor Noise, Tensor Levels)
    {
        public static Batch Random(ulong seed) => new(Doubles.Random(seed, 4, 6), Doubles.Random(seed + 1, 4, 6), Tensor.From([0.2, 0.5, 0.9, 1.0], 4));

        public MatchingErrors Errors(Tensor velocity, Tensor old, double beta) =>
            NegativeAwareMatching.Errors(velocity, old, Data, Data.Lerp(Noise, Levels.Reshape(-1, 1)), Levels, beta);

        public Tensor Loss(MatchingErrors errors, double[] advantages, double beta) =>
            NegativeAwareMatching.PerSample(errors, Tensor.From([.. advantages.Select(a => NegativeAwareMatching.Optimality(a, Limit))], advantages.Length), beta, Limit);

        // Of mean (s (u - v))² over mean |s (u - v)|, the latter held fixed: 2 s² (v - u) / (n · mean).
        public Tensor MatchingGradient(Tensor velocity)
        {
            var difference = velocity.Detach() - (Noise - Data);
            var s = Levels.Reshape(-1, 1);
            var weight = (difference * s).Abs().Mean([1], keepDim: true);
            return difference * s * s * 2 / (weight * 6);
        }
    }
}
