using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Visalign.Cli.Views;

namespace Visalign.Tests.Cli;

public sealed class ChartScaleTests
{
    [Theory]
    [InlineData(new[] { 0.47, 0.55 }, "0.46", "0.56")]
    [InlineData(new[] { 0.607, 0.74 }, "0.60", "0.75")]
    [InlineData(new[] { -3.0, 12.5 }, "-5", "15")]
    [InlineData(new[] { 0.5 }, "0.500", "0.502")]
    [InlineData(new[] { 0.0, 0.0 }, "0.0", "0.5")]
    [InlineData(new[] { double.NaN, 1.0, 2.0, double.PositiveInfinity }, "1.0", "2.0")]
    [InlineData(new double[0], "0.0", "1.0")]
    public void An_axis_ends_on_round_numbers(double[] values, string low, string high)
    {
        var scale = ChartScale.Around(values);

        Assert.Equal((low, high), (scale.Write(scale.Low), scale.Write(scale.High)));
    }

    [Property]
    public Property Every_finite_value_lies_on_its_axis(NormalFloat[] values)
    {
        var scale = ChartScale.Around(values.Select(value => value.Get));

        return values.All(value => scale.Share(value.Get) is >= -1e-9 and <= 1 + 1e-9).Label($"{scale}")
            .And((scale.High > scale.Low).Label("high above low"));
    }
}
