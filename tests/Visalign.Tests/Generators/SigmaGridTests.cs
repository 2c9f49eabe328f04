using Visalign.Generators;

namespace Visalign.Tests.Generators;

public sealed class SigmaGridTests
{
    // By hand, the middle of three from 8 down to 1: ((8^(1/7) + 1) / 2)^7, the geometric mean, the arithmetic mean by symmetry.
    [Theory]
    [InlineData(SigmaSpacing.Karras, 3.054616875995)]
    [InlineData(SigmaSpacing.Exponential, 2.828427124746)]
    [InlineData(SigmaSpacing.Beta, 4.5)]
    public void The_middle_of_three_sigmas_is_that_computed_by_hand(SigmaSpacing spacing, double middle)
    {
        double[] sigmas = SigmaGrid.Between(spacing, 8, 1, 3);

        Assert.Equal(8, sigmas[0], 1e-12);
        Assert.Equal(middle, sigmas[1], 1e-9);
        Assert.Equal(1, sigmas[2], 1e-12);
    }

    // The distribution with parameters below one is densest at its ends.
    [Fact]
    public void Beta_quantiles_fall_fastest_in_the_middle()
    {
        double[] sigmas = SigmaGrid.Between(SigmaSpacing.Beta, 1, 0, 21);
        double[] falls = [.. sigmas.Zip(sigmas.Skip(1), (high, low) => high - low)];

        Assert.All(falls.Take(10).Zip(falls.Skip(1)), pair => Assert.True(pair.First < pair.Second + 1e-9));
        Assert.All(falls.Zip(falls.Reverse()), pair => Assert.Equal(pair.First, pair.Second, 1e-9));
    }

    [Fact]
    public void Two_spacings_at_once_are_refused_by_name()
    {
        var json = CheckpointConfig.With(CheckpointConfig.Sdxl, ("use_karras_sigmas", true), ("use_beta_sigmas", true));

        Assert.Equal("scheduler_config.json sets both 'use_karras_sigmas' and 'use_beta_sigmas'; expected one of them at most.",
            Assert.Throws<InputException>(() => EulerScheduler.Read(json)).Message);
    }
}
