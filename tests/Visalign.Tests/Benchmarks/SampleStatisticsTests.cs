using Visalign.Benchmarks;

namespace Visalign.Tests.Benchmarks;

public sealed class SampleStatisticsTests
{
    // Mean of 1..4 is 5/2, squares about it sum to 5, so the error is sqrt(5/3 / 4).
    [Fact]
    public void Mean_and_error_match_the_numbers_worked_out_by_hand()
    {
        var sample = SampleMean.Of([1, 2, 3, 4]);

        Assert.Equal(2.5, sample.Mean);
        Assert.Equal(Math.Sqrt(5.0 / 12), sample.StandardError!.Value, 1e-15);
        Assert.Equal(4, sample.Count);
    }

    [Fact]
    public void A_single_value_has_no_error()
    {
        Assert.Equal(new SampleMean(7, null, 1), SampleMean.Of([7]));
    }

    [Fact]
    public void Empty_and_non_finite_samples_are_refused()
    {
        Assert.Throws<InputException>(() => SampleMean.Of([]));
        Assert.Contains("value 1 of 2", Assert.Throws<InputException>(() => SampleMean.Of([1, double.NaN])).Message);
    }

    // 0.025 · 3 = 0.075 of the way from the first to the second value, as numpy's default does.
    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.025, 1.075)]
    [InlineData(0.5, 2.5)]
    [InlineData(1, 4)]
    public void Percentiles_interpolate_between_order_statistics(double share, double expected)
    {
        Assert.Equal(expected, Percentile.Of([1, 2, 3, 4], share), 1e-15);
    }
}
