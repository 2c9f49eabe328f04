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

    [Theory]
    [InlineData(1, 0.75f)]
    [InlineData(0.6f, 0.5f)]
    [InlineData(0.5f, 0.25f)]
    [InlineData(0.2f, 0)]
    [InlineData(0, 0)]
    public void The_level_below_is_the_next_of_the_grid(float level, float below) => Assert.Equal(below, FlowGrid.Below(FlowGrid.Shifted(4), level));
}
