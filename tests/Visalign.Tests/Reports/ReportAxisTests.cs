using FsCheck.Xunit;
using Visalign.Reports;

namespace Visalign.Tests.Reports;

public sealed class ReportAxisTests
{
    [Fact]
    public void Covering_axis_ends_on_round_ticks()
    {
        var axis = ReportAxis.Covering([0.57, 0.83], 4);

        Assert.Equal([0.5, 0.6, 0.7, 0.8, 0.9], axis.Ticks.Select(tick => Math.Round(tick, 12)));
        Assert.Equal(0.5, axis.Position(0.7), 1e-12);
    }

    [Fact]
    public void Constant_and_missing_values_still_give_an_axis()
    {
        Assert.Equal((0, 1), Ends([]));
        Assert.Equal((0, 1), Ends([0, 0]));
        Assert.Equal((0, 6), Ends([5, double.NaN]));
        Assert.Equal((-6, 0), Ends([-5]));

        static (double, double) Ends(double[] values) => (ReportAxis.Covering(values, 4).Low, ReportAxis.Covering(values, 4).High);
    }

    [Property]
    public bool Every_finite_value_lies_on_the_axis(float[] metrics)
    {
        var values = metrics.Select(metric => (double)metric).ToArray();

        var axis = ReportAxis.Covering(values, 4);

        var finite = values.Where(double.IsFinite).ToArray();
        return axis.Ticks.Count is >= 2 and <= 12 && finite.All(value => axis.Position(value) is >= -1e-6 and <= 1 + 1e-6);
    }
}
