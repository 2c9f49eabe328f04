using FsCheck.Xunit;
using Visalign.Generators;

namespace Visalign.Tests.Generators;

public sealed class FlowSdeTests
{
    // By hand: z = 0.5, v = -0.3, s = 0.8 to 0.7, a = 0.7, so sigma = 0.7 sqrt(0.8 / 0.2) = 1.4.
    [Fact]
    public void A_step_has_the_mean_deviation_and_log_probability_computed_by_hand()
    {
        using var scope = Tensor.Scope();
        var sigma = FlowSde.Sigma(Doubles.Of(0.8), second: 0.9, noiseScale: 0.7);

        var step = FlowSde.Step(Doubles.Of(0.5), Doubles.Of(-0.3), Doubles.Of(0.8), Doubles.Of(0.7), sigma);

        Assert.Equal(1.4, sigma.Item(), 1e-12);
        Assert.Equal(0.476100000, step.Mean.Item(), 1e-9);
        Assert.Equal(0.442718872, step.Deviation.Item(), 1e-9);
        Assert.Equal(-0.105856004, step.LogProb(Doubles.Of(0.45)).Item(), 1e-9);
    }

    // By hand: s = 1 to 0.9, so sigma = 0.7 sqrt(1 / (1 - 0.9)); 1 / 2s and 1 - s keep s = 1.
    [Fact]
    public void The_first_step_takes_the_second_level_in_its_denominator_alone()
    {
        using var scope = Tensor.Scope();
        var sigma = FlowSde.Sigma(Doubles.Of(1), second: 0.9, noiseScale: 0.7);

        var step = FlowSde.Step(Doubles.Of(0.5), Doubles.Of(-0.3), Doubles.Of(1), Doubles.Of(0.9), sigma);

        Assert.Equal(0.4075, step.Mean.Item(), 1e-9);
        Assert.Equal(0.7, step.Deviation.Item(), 1e-9);
        Assert.Equal(-0.564106702, step.LogProb(Doubles.Of(0.45)).Item(), 1e-9);
    }

    // A constant sigma is the step of DanceGRPO; by hand with eta = 0.3.
    [Fact]
    public void A_constant_sigma_gives_the_step_computed_by_hand()
    {
        using var scope = Tensor.Scope();

        var step = FlowSde.Step(Doubles.Of(0.5), Doubles.Of(-0.3), Doubles.Of(0.8), Doubles.Of(0.7), Doubles.Of(0.3));

        Assert.Equal(0.527525000, step.Mean.Item(), 1e-9);
        Assert.Equal(0.094868330, step.Deviation.Item(), 1e-9);
        Assert.Equal(1.102430950, step.LogProb(Doubles.Of(0.45)).Item(), 1e-9);
    }

    [Property]
    public void Without_noise_a_step_is_the_Euler_step_of_the_ODE(ulong seed)
    {
        using var scope = Tensor.Scope();
        Tensor latents = Doubles.Random(seed, 3, 5), velocity = Doubles.Random(seed + 1, 3, 5), noise = Doubles.Random(seed + 2, 3, 5);
        Tensor from = Tensor.From([1.0, 0.6, 0.1], 3), to = Tensor.From([0.9, 0.3, 0.0], 3);

        var step = FlowSde.Step(latents, velocity, from, to, FlowSde.Sigma(from, 0.9, noiseScale: 0));

        Assert.Equal((latents + velocity * (to - from).Unsqueeze(1)).Values(), step.Mean.Values());
        Assert.Equal(step.Mean.Values(), step.Draw(noise).Values());
    }

    // d mean / d v = (1 + sigma² (1 - s) / 2s) ds, and sigma² (1 - s) / 2s = a² / 2 wherever s < 1.
    [Theory]
    [InlineData(0.7)]
    [InlineData(1.2)]
    public void The_mean_moves_with_the_velocity_alike_at_every_step_but_the_first(double noiseScale)
    {
        using var scope = Tensor.Scope();
        float[] levels = FlowGrid.Shifted(10, 3);

        for (int i = 0; i < 10; i++)
        {
            Tensor from = Doubles.Of(levels[i]), to = Doubles.Of(levels[i + 1]);
            var step = FlowSde.Step(Doubles.Of(0), Doubles.Of(1), from, to, FlowSde.Sigma(from, levels[1], noiseScale));

            double slope = step.Mean.Item() / (levels[i + 1] - (double)levels[i]);
            Assert.Equal(i == 0 ? 1 : 1 + noiseScale * noiseScale / 2, slope, 1e-9);
        }
    }

    // |d mean / d v| / deviation = (1 + a² / 2) sqrt(h (1 - s) / s) / a: how strongly a step's gradient is scaled.
    [Fact]
    public void The_gradient_scale_of_a_step_grows_as_the_noise_falls()
    {
        using var scope = Tensor.Scope();
        const double a = 0.7, h = 0.1;

        foreach (double s in new[] { 0.9, 0.5, 0.2 })
        {
            var step = FlowSde.Step(Doubles.Of(0), Doubles.Of(1), Doubles.Of(s), Doubles.Of(s - h), FlowSde.Sigma(Doubles.Of(s), 0.95, a));

            Assert.Equal((1 + a * a / 2) * Math.Sqrt(h * (1 - s) / s) / a, Math.Abs(step.Mean.Item()) / step.Deviation.Item(), 1e-9);
        }
    }

    // Data of N(0, 1) has the velocity (2s - 1) z / V(s) and the variance V(s) = (1 - s)² + s². Both numbers are exact,
    // so what is left is the error of one step: second order, a quarter for half the step.
    [Theory]
    [InlineData(0.1, -0.01381)]
    [InlineData(0.05, -0.00345)]
    [InlineData(0.025, -0.00086)]
    public void A_step_keeps_the_marginal_variance_to_second_order(double h, double error)
    {
        using var scope = Tensor.Scope();
        const double s = 0.6;
        static double Variance(double level) => (1 - level) * (1 - level) + level * level;

        var step = FlowSde.Step(Doubles.Of(1), Doubles.Of((2 * s - 1) / Variance(s)), Doubles.Of(s), Doubles.Of(s - h), FlowSde.Sigma(Doubles.Of(s), 0.9, 0.7));

        double variance = Math.Pow(step.Mean.Item(), 2) * Variance(s) + Math.Pow(step.Deviation.Item(), 2);
        Assert.Equal(error, variance - Variance(s - h), 5e-6);
    }

    // Deviations of the ten-step SD3.5 grid at a = 0.7, to the three digits they were tabulated with.
    [Fact]
    public void Deviations_along_the_SD35_grid_are_those_tabulated()
    {
        using var scope = Tensor.Scope();
        float[] levels = SamplerStep.Levels(new FlowEulerScheduler { Shift = 3 }.Steps(10));
        Tensor from = Tensor.From(levels[..10], 10), to = Tensor.From(levels[1..], 10);

        var step = FlowSde.Step(Tensor.Zeros([10, 1]), Tensor.Zeros([10, 1]), from, to, FlowSde.Sigma(from, levels[1], 0.7));

        double[] expected = [0.700, 0.743, 0.536, 0.446, 0.392, 0.353, 0.319, 0.282, 0.225, 0.006];
        Assert.All(expected.Zip(step.Deviation.ToArray<float>()), pair => Assert.Equal(pair.First, pair.Second, 6e-4));
    }

    [Fact]
    public void Rows_at_different_levels_step_as_they_would_alone()
    {
        using var scope = Tensor.Scope();
        Tensor latents = Doubles.Random(1, 2, 6), velocity = Doubles.Random(2, 2, 6);
        double[] from = [0.9, 0.4], to = [0.8, 0.1], sigma = [0.5, 1.1];

        var together = FlowSde.Step(latents, velocity, Tensor.From(from, 2), Tensor.From(to, 2), Tensor.From(sigma, 2));

        for (int row = 0; row < 2; row++)
        {
            var alone = FlowSde.Step(latents.Narrow(0, row, 1), velocity.Narrow(0, row, 1), Doubles.Of(from[row]), Doubles.Of(to[row]), Doubles.Of(sigma[row]));
            Assert.Equal(alone.Mean.Values(), together.Mean.Narrow(0, row, 1).Values());
            Assert.Equal(alone.Deviation.Item(), together.Deviation.Select(0, row).Item());
        }
    }

    [Fact]
    public void The_video_coefficient_is_a_line_from_the_last_level_to_the_second()
    {
        using var scope = Tensor.Scope();

        var sigma = FlowSde.LinearSigma(Tensor.From([1.0, 0.5, 0.0], 3), smallest: 0.1, largest: 0.9);

        Assert.Equal([0.9, 0.5, 0.1], sigma.Values().Select(value => Math.Round(value, 12)));
    }

    [Fact]
    public void Latents_and_velocity_of_different_shapes_are_refused()
    {
        using var scope = Tensor.Scope();

        var error = Assert.Throws<ArgumentException>(() => FlowSde.Step(Tensor.Zeros([2, 3]), Tensor.Zeros([2, 4]), Tensor.Of(0.5), Tensor.Of(0.4), Tensor.Of(1)));

        Assert.Contains("latents and velocity", error.Message, StringComparison.Ordinal);
    }
}
