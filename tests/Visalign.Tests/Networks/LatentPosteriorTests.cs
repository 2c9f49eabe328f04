using Visalign.Networks;

namespace Visalign.Tests.Networks;

public sealed class LatentPosteriorTests
{
    // Means 1 and 3, log-variances ln 4 and a number beyond the clamp.
    private static LatentPosterior Posterior(float beyond) => LatentPosterior.Of(Tensor.From([1f, 3f, (float)Math.Log(4), beyond], 1, 4, 1, 1));

    [Theory]
    [InlineData(100, 20)]
    [InlineData(-100, -30)]
    public void Log_variances_are_held_within_bounds(float beyond, double held)
    {
        using var scope = Tensor.Scope();

        Assert.Equal([1f, 3f], Posterior(beyond).Mean.ToArray<float>());
        Assert.Equal(held, Posterior(beyond).LogVariance.ToArray<float>()[1]);
    }

    [Fact]
    public void A_draw_is_the_mean_plus_deviations_of_noise()
    {
        using var scope = Tensor.Scope();
        var posterior = Posterior(0);

        Assert.Equal([2f, 1f], posterior.Deviation().ToArray<float>().Select(deviation => MathF.Round(deviation, 5)));
        Assert.Equal([0f, 3.5f], posterior.Draw(Tensor.From([-0.5f, 0.5f], 1, 2, 1, 1)).ToArray<float>().Select(latent => MathF.Round(latent, 5)));
    }

    // By hand: ½ (1 + 4 - 1 - ln 4) + ½ 9 = 5.806853; a standard normal is at no distance.
    [Fact]
    public void The_divergence_is_summed_over_a_pictures_latents()
    {
        using var scope = Tensor.Scope();

        Assert.Equal(5.806853, Posterior(0).Divergence().Item(), 1e-5);
        Assert.Equal([0f, 0f], LatentPosterior.Of(Tensor.Zeros([2, 2, 3, 3])).Divergence().ToArray<float>());
    }
}
