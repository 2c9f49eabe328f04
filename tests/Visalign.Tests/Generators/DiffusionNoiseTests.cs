using Visalign.Generators;

namespace Visalign.Tests.Generators;

public sealed class DiffusionNoiseTests
{
    private static DiffusionNoise Read(params (string, object)[] changes) => DiffusionNoise.Read(CheckpointConfig.With(CheckpointConfig.StableDiffusion, changes));

    // The ends of Stable Diffusion's table are well known: sigma from 0.0292 to 14.6146.
    [Fact]
    public void The_table_of_Stable_Diffusion_has_its_well_known_ends()
    {
        var noise = Read();

        Assert.Equal(1000, noise.Count);
        Assert.Equal(1 - 0.00085, noise.SignalPowers[0], 1e-12);
        Assert.Equal(0.029167, noise.Sigma(0), 1e-6);
        Assert.Equal(14.614647, noise.Sigma(999), 1e-4);
    }

    // By hand, two linear betas: alpha-bar 0.9, then 0.9 · 0.8.
    [Fact]
    public void Signal_powers_are_products_of_one_minus_beta()
    {
        var noise = Read(("num_train_timesteps", 2), ("beta_schedule", "linear"), ("beta_start", 0.1), ("beta_end", 0.2));

        Assert.Equal([0.9, 0.72], noise.SignalPowers.Select(power => Math.Round(power, 12)));
        Assert.Equal(0.72, noise[1].Signal * noise[1].Signal, 1e-12);
    }

    // By the paper alpha-bar itself is the squared cosine, where no beta is held at 0.999.
    [Fact]
    public void A_cosine_schedule_is_the_squared_cosine_of_time()
    {
        var noise = Read(("beta_schedule", "squaredcos_cap_v2"));
        static double Cosine(double u) => Math.Pow(Math.Cos((u + 0.008) / 1.008 * Math.PI / 2), 2);

        Assert.All(new[] { 0, 10, 500, 990 }, t => Assert.Equal(Cosine((t + 1) / 1000.0) / Cosine(0), noise.SignalPowers[t], 1e-12));
    }

    [Fact]
    public void Without_terminal_signal_the_first_timestep_stays_and_the_last_is_pure_noise()
    {
        DiffusionNoise plain = Read(), rescaled = Read(("rescale_betas_zero_snr", true));

        Assert.Equal(plain.SignalPowers[0], rescaled.SignalPowers[0], 1e-12);
        Assert.Equal(new PathPoint(0, 1), rescaled[999]);
        Assert.Equal(4096, rescaled.Sigma(999), 1e-3);
        Assert.All(rescaled.SignalPowers.Zip(rescaled.SignalPowers.Skip(1)), pair => Assert.True(pair.First > pair.Second));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(637)]
    [InlineData(999)]
    public void A_whole_timestep_is_found_back_from_its_sigma(double timestep) => Assert.Equal(timestep, Read().Timestep(Read().Sigma(timestep)), 1e-9);

    [Fact]
    public void Between_timesteps_sigma_is_a_straight_line_and_time_one_in_its_logarithm()
    {
        var noise = Read();

        Assert.Equal((noise.Sigma(7) + noise.Sigma(8)) / 2, noise.Sigma(7.5), 1e-12);
        Assert.Equal(7.5, noise.Timestep(Math.Sqrt(noise.Sigma(7) * noise.Sigma(8))), 1e-9);
        Assert.Equal((0.0, 999.0), (noise.Timestep(1e-4), noise.Timestep(700)));
    }

    [Fact]
    public void A_timestep_beyond_training_is_an_input_error() => Assert.Throws<InputException>(() => Read()[1000]);
}
