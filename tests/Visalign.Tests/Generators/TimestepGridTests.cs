using Visalign.Generators;

namespace Visalign.Tests.Generators;

public sealed class TimestepGridTests
{
    // By hand, four steps of a thousand timesteps: strides of 250, or thirds of 999.
    [Theory]
    [InlineData(TimestepSpacing.Leading, new double[] { 751, 501, 251, 1 })]
    [InlineData(TimestepSpacing.Trailing, new double[] { 999, 749, 499, 249 })]
    [InlineData(TimestepSpacing.Linspace, new double[] { 999, 666, 333, 0 })]
    public void Four_steps_are_those_computed_by_hand(TimestepSpacing spacing, double[] expected) =>
        Assert.Equal(expected, TimestepGrid.Of(spacing, 4, 1000, offset: 1));

    // A stride of 1000 / 7 = 142.857 is cut to 142 by leading and rounded step by step by trailing.
    [Fact]
    public void A_count_that_does_not_divide_the_timesteps_cuts_or_rounds_its_strides()
    {
        Assert.Equal([852, 710, 568, 426, 284, 142, 0], TimestepGrid.Of(TimestepSpacing.Leading, 7, 1000, offset: 0));
        Assert.Equal([999, 856, 713, 570, 428, 285, 142], TimestepGrid.Of(TimestepSpacing.Trailing, 7, 1000, offset: 0));
        Assert.Equal(166.5, TimestepGrid.Of(TimestepSpacing.Linspace, 7, 1000, offset: 0)[5]);
    }

    [Fact]
    public void A_single_step_starts_where_its_spacing_begins() =>
        Assert.Equal([1, 999, 0], new[] { TimestepSpacing.Leading, TimestepSpacing.Trailing, TimestepSpacing.Linspace }.Select(spacing => TimestepGrid.Of(spacing, 1, 1000, offset: 1)[0]));

    [Theory]
    [InlineData(0)]
    [InlineData(1001)]
    public void Fewer_than_one_step_or_more_than_there_are_timesteps_are_input_errors(int steps)
    {
        string sentence = Assert.Throws<InputException>(() => TimestepGrid.Of(TimestepSpacing.Leading, steps, 1000, 0)).Message;

        Assert.Equal($"steps: {steps} were asked for, but the checkpoint was trained with 1000 timesteps; ask for 1 to 1000.", sentence);
    }
}
