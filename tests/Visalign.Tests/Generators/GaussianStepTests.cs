using Visalign.Generators;

namespace Visalign.Tests.Generators;

public sealed class GaussianStepTests
{
    // The scalar DDIM vector: mean 0.7704863187, deviation 0.4714045208, evaluated at 0.45.
    [Fact]
    public void The_log_probability_is_that_of_a_normal_density()
    {
        using var scope = Tensor.Scope();
        var step = new GaussianStep(Doubles.Of(0.7704863187), Doubles.Of(0.4714045208));

        Assert.Equal(-0.3980006659, step.LogProb(Doubles.Of(0.45)).Item(), 1e-9);
    }

    [Fact]
    public void A_sum_is_the_mean_times_the_number_of_elements()
    {
        using var scope = Tensor.Scope();
        var step = new GaussianStep(Doubles.Random(1, 3, 7), Tensor.Of(0.4, DType.Float64));
        var next = Doubles.Random(2, 3, 7);

        Assert.All(step.LogProb(next, LogProbReduction.Sum).Values().Zip(step.LogProb(next).Values()), pair => Assert.Equal(7 * pair.Second, pair.First, 1e-9));
        Assert.All(
            step.NegativeSquaredDistance(next, LogProbReduction.Sum).Values().Zip(step.NegativeSquaredDistance(next).Values()),
            pair => Assert.Equal(7 * pair.Second, pair.First, 1e-9));
    }

    [Fact]
    public void A_gradient_flows_into_the_mean_and_never_into_the_next_state()
    {
        using var scope = Tensor.Scope();
        Tensor mean = Doubles.Rows(1, 0.1, -0.4).RequireGrad(), noise = Doubles.Rows(1, 0.5, 1.5);
        var step = new GaussianStep(mean, Tensor.Of(0.5, DType.Float64));

        // A draw depends on the mean; if it counted, the two dependencies would cancel to zero.
        var gradient = Autograd.Grad([step.LogProb(step.Draw(noise)).Sum()], [mean])[0];

        // d/dmean of the mean over 2 elements: (z' - mean) / deviation² / 2 = noise / deviation / 2.
        Assert.Equal([0.5, 1.5], gradient.Values().Select(value => Math.Round(value, 12)));
    }

    [Fact]
    public void The_sum_is_a_density_the_mean_is_not()
    {
        using var scope = Tensor.Scope();
        // Under the old policy the true ratio averages to 1; its root of degree D falls short (Jensen).
        const int rows = 20_000, columns = 4;
        var old = new GaussianStep(Tensor.Zeros([rows, columns]), Tensor.Of(1));
        var policy = new GaussianStep(Tensor.Full([rows, columns], 0.2), Tensor.Of(1));
        var next = old.Draw(Noise.Normal(new(7, NoisePurpose.Probe), 0, rows, columns));

        double Ratio(LogProbReduction reduction) => (policy.LogProb(next, reduction) - old.LogProb(next, reduction)).Exp().Mean().Item();

        // The true ratio's deviation is sqrt(e^0.16 - 1) = 0.42, so 0.009 is three of its standard errors; the root's is 0.1.
        Assert.Equal(1, Ratio(LogProbReduction.Sum), 0.009);
        Assert.Equal(Math.Exp(-0.02 + 0.005), Ratio(LogProbReduction.Mean), 0.0022);
    }
}
