using Visalign.Generators;

namespace Visalign.Tests.Generators;

public sealed class FlowEulerSchedulerTests
{
    private static readonly FlowEulerScheduler Sd35 = new() { Shift = 3 };
    private static readonly FlowEulerScheduler Flux = new() { ShiftsByResolution = true };

    [Fact]
    public void Ten_steps_of_a_static_shift_are_those_of_SD35()
    {
        double[] expected = [1.0, 0.960129, 0.913349, 0.857692, 0.790368, 0.707278, 0.602151, 0.464876, 0.278049, 0.008929, 0];

        Assert.All(expected.Zip(SamplerStep.Levels(Sd35.Steps(10))), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
        Assert.Equal(960.129, Sd35.Steps(10)[1].Timestep, 1e-3);
    }

    // By hand: e / (e + 1/0.5 - 1) = 0.731059 for mu = 1; mu itself, 2 / (2 + 1), on the linear scale.
    [Fact]
    public void A_shift_by_resolution_is_exponential_or_the_number_itself()
    {
        Assert.Equal(0.731059, Flux.StepsFrom([1, 0.5], resolutionShift: 1)[1].From.NoiseLevel, 1e-6);
        Assert.Equal(2.0 / 3, (Flux with { ExponentialShift = false }).StepsFrom([1, 0.5], resolutionShift: 2)[1].From.NoiseLevel, 1e-12);
    }

    [Theory]
    [InlineData(256, 0.5)]
    [InlineData(2176, 0.825)]
    [InlineData(4096, 1.15)]
    [InlineData(8016, 1.8135416667)]
    public void The_shift_is_a_straight_line_in_the_number_of_tokens(int tokens, double shift) => Assert.Equal(shift, Flux.ResolutionShift(tokens), 1e-9);

    [Fact]
    public void A_shift_by_resolution_that_is_missing_or_not_wanted_is_told()
    {
        Assert.Throws<ArgumentException>(() => Flux.Steps(4));
        Assert.Throws<ArgumentException>(() => Sd35.Steps(4, resolutionShift: 1));
    }

    [Fact]
    public void A_terminal_level_stretches_all_but_pure_noise()
    {
        var plain = SamplerStep.Levels(Flux.Steps(5, 0.9));
        var stretched = SamplerStep.Levels((Flux with { Terminal = 0.02 }).Steps(5, 0.9));

        Assert.Equal((1f, 0.02f, 0f), (stretched[0], stretched[4], stretched[5]));
        Assert.All(Enumerable.Range(1, 3), i => Assert.Equal((1 - plain[i]) / (1 - plain[4]), (1 - stretched[i]) / (1 - stretched[4]), 1e-5));
    }

    [Fact]
    public void Inverted_time_tells_the_network_the_share_of_data_over_the_same_levels()
    {
        var inverted = (Sd35 with { Inverted = true }).Steps(5);

        Assert.Equal(Sd35.Steps(5).Select(step => step.From), inverted.Select(step => step.From));
        Assert.All(inverted, step => Assert.Equal(1000 * (1 - step.From.NoiseLevel), step.Timestep, 1e-9));
    }

    [Fact]
    public void Timesteps_of_ones_own_are_told_as_they_are_while_levels_are_shifted()
    {
        var steps = Sd35.StepsAt([1000, 500]);

        Assert.Equal([1000, 500], steps.Select(step => step.Timestep));
        Assert.Equal([1, 0.75], steps.Select(step => step.From.NoiseLevel));
    }

    // Whatever the spacing, a walk falls from the levels' first to their last and then to data.
    [Theory]
    [InlineData(SigmaSpacing.ByTimestep)]
    [InlineData(SigmaSpacing.Karras)]
    [InlineData(SigmaSpacing.Exponential)]
    [InlineData(SigmaSpacing.Beta)]
    public void Levels_fall_from_noise_to_data(SigmaSpacing spacing)
    {
        float[] levels = SamplerStep.Levels((Sd35 with { Spacing = spacing }).Steps(7)), even = SamplerStep.Levels(Sd35.Steps(7));

        Assert.Equal((even[0], 0f), (levels[0], levels[^1]));
        Assert.Equal(even[6], levels[6], 1e-6);
        Assert.All(levels.Zip(levels.Skip(1)), pair => Assert.True(pair.First > pair.Second));
    }

    [Fact]
    public void A_config_is_read_and_what_it_does_not_know_refused_by_name()
    {
        const string json = """{ "_class_name": "FlowMatchEulerDiscreteScheduler", "num_train_timesteps": 1000, "shift": 3.0, "use_karras_sigmas": false, "shift_terminal": null }""";

        Assert.Equal(Sd35, FlowEulerScheduler.Read(CheckpointConfig.With(json)));
        Assert.Equal(new Cps(), FlowEulerScheduler.Read(CheckpointConfig.With(json, ("stochastic_sampling", true))).Kernel);
        Assert.Equal("scheduler_config.json sets 'prediction_type' (\"epsilon\"), which this network does not support.",
            Assert.Throws<InputException>(() => FlowEulerScheduler.Read(CheckpointConfig.With(json, ("prediction_type", "epsilon")))).Message);
    }
}
