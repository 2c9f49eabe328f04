using FsCheck.Xunit;
using Visalign.Generators;

namespace Visalign.Tests.Generators;

public sealed class DdimTests
{
    // By hand: alpha-bar 0.25 to 0.64 with eta 0.5, x = 0.5, ε = -0.3; deviation = 0.5 sqrt(0.36 / 0.75) sqrt(1 - 0.25 / 0.64).
    [Fact]
    public void A_step_has_the_mean_and_deviation_computed_by_hand()
    {
        using var scope = Tensor.Scope();
        PathPoint from = PathPoint.VariancePreserving(0.25), to = PathPoint.VariancePreserving(0.64);
        var estimate = DataAndNoise.From(Prediction.Epsilon, Doubles.Of(-0.3), Doubles.Of(0.5), from);

        var step = Ddim.Step(estimate, to, Ddim.Deviation(from, to, eta: 0.5));

        Assert.Equal(1.519615242271, estimate.Data.Item(), 1e-12);
        Assert.Equal(0.270416345660, step.Deviation.Item(), 1e-12);
        Assert.Equal(1.055010054174, step.Mean.Item(), 1e-12);
    }

    // DDPM's posterior: beta' = (1 - a') / (1 - a) (1 - a / a'); ancestral Euler: sigma_up = sqrt(s'² (s² - s'²) / s²).
    [Theory]
    [InlineData(0.1, 0.2)]
    [InlineData(0.5, 0.9)]
    [InlineData(0.001, 0.999)]
    public void At_eta_one_the_deviation_is_that_of_DDPM_and_of_ancestral_Euler(double power, double next)
    {
        double sigma = Math.Sqrt((1 - power) / power), sigmaNext = Math.Sqrt((1 - next) / next);

        Assert.Equal(Math.Sqrt((1 - next) / (1 - power) * (1 - power / next)),
            Ddim.Deviation(PathPoint.VariancePreserving(power), PathPoint.VariancePreserving(next), eta: 1), 1e-12);
        Assert.Equal(Math.Sqrt(sigmaNext * sigmaNext * (sigma * sigma - sigmaNext * sigmaNext) / (sigma * sigma)),
            Ddim.Deviation(PathPoint.VarianceExploding(sigma), PathPoint.VarianceExploding(sigmaNext), eta: 1), 1e-12);
    }

    [Fact]
    public void A_start_without_signal_draws_all_noise_afresh_and_an_end_at_data_none()
    {
        var pure = PathPoint.VariancePreserving(0);
        var next = PathPoint.VariancePreserving(0.3);

        Assert.Equal(next.Noise, Ddim.Deviation(pure, next, eta: 1));
        Assert.Equal(0, Ddim.Deviation(next, PathPoint.VariancePreserving(1), eta: 1));
    }

    // Float64, so that only the order of operations differs.
    [Property]
    public void Without_noise_it_is_the_Euler_step_of_the_flow_whatever_path_the_checkpoint_was_trained_on(ulong seed)
    {
        using var scope = Tensor.Scope();
        Tensor latents = Doubles.Random(seed, 2, 4), epsilon = Doubles.Random(seed + 1, 2, 4);
        PathPoint from = PathPoint.VariancePreserving(0.2), to = PathPoint.VariancePreserving(0.6);
        var estimate = DataAndNoise.From(Prediction.Epsilon, epsilon, latents, from);

        var ddim = Ddim.Step(estimate, to, deviation: 0).Mean;
        var flow = FlowSde.Step(latents / from.FlowScale, estimate.Output(Prediction.Velocity, from), Doubles.Of(from.NoiseLevel), Doubles.Of(to.NoiseLevel), Doubles.Of(0)).Mean;

        Assert.All(ddim.Values().Zip((flow * to.FlowScale).Values()), pair => Assert.Equal(pair.First, pair.Second, 1e-12));
    }

    [Property]
    public void With_the_deviation_of_coefficients_preserving_sampling_it_is_that_step(ulong seed)
    {
        using var scope = Tensor.Scope();
        Tensor latents = Doubles.Random(seed, 2, 4), velocity = Doubles.Random(seed + 1, 2, 4);
        const double eta = 0.7, next = 0.5;

        var cps = Cps.Step(latents, velocity, Doubles.Of(0.8), Doubles.Of(next), eta);
        var ddim = Ddim.Step(DataAndNoise.From(Prediction.Velocity, velocity, latents, PathPoint.Flow(0.8)), PathPoint.Flow(next), next * Math.Sin(eta * Math.PI / 2));

        Assert.Equal(cps.Deviation.Item(), ddim.Deviation.Item(), 1e-12);
        Assert.All(cps.Mean.Values().Zip(ddim.Mean.Values()), pair => Assert.Equal(pair.First, pair.Second, 1e-12));
    }
}
