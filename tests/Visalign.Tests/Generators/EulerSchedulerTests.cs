using FsCheck.Xunit;
using Visalign.Generators;

namespace Visalign.Tests.Generators;

public sealed class EulerSchedulerTests
{
    private static EulerScheduler Read(params (string, object)[] changes) => EulerScheduler.Read(CheckpointConfig.With(CheckpointConfig.Sdxl, changes));

    [Fact]
    public void Sigmas_are_those_of_the_timesteps_and_end_at_data()
    {
        var scheduler = Read();

        var steps = scheduler.Steps(4);

        Assert.Equal([751, 501, 251, 1], steps.Select(step => step.Timestep));
        Assert.Equal([.. steps.Select(step => scheduler.Noise.Sigma(step.Timestep)), 0], scheduler.Sigmas(4));
        Assert.Equal(steps.Skip(1).Select(step => step.From), steps.SkipLast(1).Select(step => step.To));
        Assert.Equal(0, steps[^1].To.NoiseLevel);
        Assert.Equal(scheduler.Noise.Sigma(0), Read(("final_sigmas_type", "sigma_min")).Sigmas(4)[^1]);
    }

    // Standard normal noise stands for latents of unit variance at the first sigma, unless the walk starts at full noise.
    [Fact]
    public void The_start_is_scaled_by_the_first_points_deviation()
    {
        Assert.Equal(Math.Sqrt(Math.Pow(Read().Sigmas(4)[0], 2) + 1), Read().StartScale(4), 1e-12);
        Assert.Equal(Read().Noise.Sigma(999), Read(("timestep_spacing", "trailing")).StartScale(4));
    }

    [Property]
    public void A_step_is_that_of_deterministic_DDIM_at_another_scale_for_every_prediction(ulong seed)
    {
        using var scope = Tensor.Scope();
        Tensor preserved = Doubles.Random(seed, 2, 3), output = Doubles.Random(seed + 1, 2, 3);
        var euler = Read();
        PathPoint from = euler.Noise[700], to = euler.Noise[300];
        var step = new SamplerStep(700, PathPoint.VarianceExploding(from.Noise / from.Signal), PathPoint.VarianceExploding(to.Noise / to.Signal));

        foreach (var prediction in new[] { Prediction.Epsilon, Prediction.V })
        {
            var exploded = preserved / from.Signal;
            var next = (euler with { Prediction = prediction }).Step((euler with { Prediction = prediction }).Estimate(output, exploded, step, step.From), step);
            var expected = Ddim.Step(DataAndNoise.From(prediction, output, preserved, from), to, deviation: 0).Mean;

            Assert.All(euler.NetworkInput(exploded, step).Values().Zip(preserved.Values()), pair => Assert.Equal(pair.Second, pair.First, 1e-12));
            Assert.All((next * to.Signal).Values().Zip(expected.Values()), pair => Assert.Equal(pair.Second, pair.First, 1e-11));
        }
    }

    [Fact]
    public void Karras_sigmas_keep_the_ends_and_find_their_timesteps_between_whole_ones()
    {
        var scheduler = Read(("use_karras_sigmas", true), ("timestep_spacing", "linspace"));

        var steps = scheduler.Steps(6);

        Assert.Equal([999, 0], new[] { steps[0], steps[^1] }.Select(step => Math.Round(step.Timestep, 9)));
        Assert.All(steps, step => Assert.InRange(scheduler.Noise.Sigma(step.Timestep) / step.From.Noise, 0.999, 1.001));
        Assert.Contains(steps, step => step.Timestep != Math.Round(step.Timestep));
    }

    [Fact]
    public void Continuous_time_tells_a_v_network_a_quarter_of_the_sigmas_logarithm()
    {
        var scheduler = Read(("use_karras_sigmas", true), ("timestep_type", "continuous"), ("prediction_type", "v_prediction"), ("sigma_min", 0.002), ("sigma_max", 700));

        Assert.All(scheduler.Steps(5), step => Assert.Equal(0.25 * Math.Log(step.From.Noise), step.Timestep, 1e-12));
        Assert.Equal([700, 0.002], new[] { scheduler.Sigmas(5)[0], scheduler.Sigmas(5)[4] }.Select(sigma => Math.Round(sigma, 9)));
    }

    // By hand: 2 · (1 + 1 / 4) = 2.5; a larger amount is held at a factor of sqrt 2; outside the bounds nothing is added.
    [Theory]
    [InlineData(1.0, 2.0, 2.5)]
    [InlineData(9.0, 2.0, 2.8284271247461903)]
    [InlineData(1.0, 0.4, 0.4)]
    [InlineData(1.0, 11.0, 11.0)]
    public void Churn_raises_a_sigma_inside_its_bounds(double amount, double sigma, double raised)
    {
        var churn = new EulerChurn { Amount = amount, SmallestSigma = 0.5, LargestSigma = 10 };

        Assert.Equal(raised, churn.Raise(PathPoint.VarianceExploding(sigma), steps: 4).Noise, 1e-12);
    }

    // 1.5² + 2² = 2.5².
    [Fact]
    public void Churn_adds_the_variance_that_is_missing()
    {
        using var scope = Tensor.Scope();
        var churn = new EulerChurn { Amount = 1 };

        Assert.Equal(7 + 1.5, churn.Add(Doubles.Of(7), Doubles.Of(1), PathPoint.VarianceExploding(2), PathPoint.VarianceExploding(2.5)).Item(), 1e-12);
    }

    [Fact]
    public void An_x0_network_is_refused_by_name() =>
        Assert.Equal("scheduler_config.json: 'prediction_type' is \"sample\", which is not supported; expected \"epsilon\" or \"v_prediction\".",
            Assert.Throws<InputException>(() => Read(("prediction_type", "sample"))).Message);
}
