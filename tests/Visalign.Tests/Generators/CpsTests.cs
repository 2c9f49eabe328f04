using FsCheck.Xunit;
using Visalign.Generators;

namespace Visalign.Tests.Generators;

public sealed class CpsTests
{
    // By hand: z = 0.5, v = -0.3, s = 0.8 to 0.7, eta = 0.8, so deviation = 0.7 sin(0.4 π).
    [Fact]
    public void A_step_has_the_mean_deviation_and_densities_computed_by_hand()
    {
        using var scope = Tensor.Scope();

        var step = Cps.Step(Doubles.Of(0.5), Doubles.Of(-0.3), Doubles.Of(0.8), Doubles.Of(0.7), noiseScale: 0.8);

        Assert.Equal(0.317177234, step.Mean.Item(), 1e-9);
        Assert.Equal(0.665739561, step.Deviation.Item(), 1e-9);
        Assert.Equal(-0.531984239, step.LogProb(Doubles.Of(0.45)).Item(), 1e-9);
        Assert.Equal(-0.017642, step.NegativeSquaredDistance(Doubles.Of(0.45)).Item(), 1e-6);
    }

    // Both forms are the same polynomial in another order of operations, so they agree to rounding.
    [Property]
    public void Without_noise_a_step_is_the_Euler_step_of_the_ODE(ulong seed)
    {
        using var scope = Tensor.Scope();
        Tensor latents = Doubles.Random(seed, 2, 4), velocity = Doubles.Random(seed + 1, 2, 4);

        var step = Cps.Step(latents, velocity, Doubles.Of(0.8), Doubles.Of(0.5), noiseScale: 0);

        var euler = latents + velocity * -0.3;
        Assert.All(step.Mean.Values().Zip(euler.Values()), pair => Assert.Equal(pair.Second, pair.First, 1e-12));
        Assert.Equal(0, step.Deviation.Item());
    }

    // With the exact velocity ε - x of a pair, the state is (1 - s') x plus noise; the noise is ε·cos + ξ·sin, times s'.
    [Theory]
    [InlineData(0.0)]
    [InlineData(0.3)]
    [InlineData(0.8)]
    [InlineData(1.0)]
    public void Clean_part_and_total_noise_stay_on_the_path(double noiseScale)
    {
        using var scope = Tensor.Scope();
        const double s = 0.9, next = 0.6;

        double Mean(double data, double noise) =>
            Cps.Step(Doubles.Of((1 - s) * data + s * noise), Doubles.Of(noise - data), Doubles.Of(s), Doubles.Of(next), noiseScale).Mean.Item();
        double deviation = Cps.Step(Doubles.Of(0), Doubles.Of(0), Doubles.Of(s), Doubles.Of(next), noiseScale).Deviation.Item();

        Assert.Equal(1 - next, Mean(data: 1, noise: 0), 1e-9);
        Assert.Equal(next, Math.Sqrt(Math.Pow(Mean(data: 0, noise: 1), 2) + deviation * deviation), 1e-9);
    }
}
