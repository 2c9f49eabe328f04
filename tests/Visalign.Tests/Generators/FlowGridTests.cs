using FsCheck;
using FsCheck.Xunit;
using Visalign.Generators;

namespace Visalign.Tests.Generators;

public sealed class FlowGridTests
{
    [Fact]
    public void Ten_steps_shifted_by_three_are_those_of_the_paper_scripts()
    {
        double[] expected = [1.0, 0.964286, 0.923077, 0.875, 0.818182, 0.75, 0.666667, 0.5625, 0.428571, 0.25, 0];

        Assert.All(expected.Zip(FlowGrid.Shifted(10, 3)), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }

    [Fact]
    public void Ten_steps_of_the_diffusers_scheduler_are_those_of_SD35()
    {
        double[] expected = [1.0, 0.960129, 0.913349, 0.857692, 0.790368, 0.707278, 0.602151, 0.464876, 0.278049, 0.008929, 0];

        Assert.All(expected.Zip(FlowGrid.Diffusers(10, 3)), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }

    [Property]
    public void Levels_fall_from_noise_to_data(PositiveInt steps, PositiveInt shift)
    {
        float[] levels = FlowGrid.Shifted(steps.Get, 1 + shift.Get / 10.0);

        Assert.Equal(steps.Get + 1, levels.Length);
        Assert.Equal(1, levels[0]);
        Assert.Equal(0, levels[^1]);
        Assert.All(levels.Zip(levels.Skip(1)), pair => Assert.True(pair.First > pair.Second));
    }

    [Fact]
    public void A_shift_of_one_is_the_uniform_grid()
    {
        Assert.Equal([1, 0.75f, 0.5f, 0.25f, 0], FlowGrid.Shifted(4));
    }
}
