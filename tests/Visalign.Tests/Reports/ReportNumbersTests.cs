using Visalign.Benchmarks;
using Visalign.Reports;

namespace Visalign.Tests.Reports;

public sealed class ReportNumbersTests
{
    [Theory]
    [InlineData(0.5812, ValueFormat.Share, "58.1 %")]
    [InlineData(0.58124, ValueFormat.Number, "0.5812")]
    [InlineData(-12.3456, ValueFormat.Number, "−12.35")]
    [InlineData(1234.4, ValueFormat.Number, "1,234")]
    [InlineData(0.0000123, ValueFormat.Number, "1.23e−5")]
    [InlineData(0, ValueFormat.Number, "0")]
    [InlineData(double.NaN, ValueFormat.Share, "not a number")]
    public void Values_read_as_people_write_them(double value, ValueFormat format, string expected)
    {
        Assert.Equal(expected, ReportNumbers.Value(value, format).Replace('\u202F', ' '));
    }

    [Theory]
    [InlineData(0.233, ValueFormat.Share, "+23.3")]
    [InlineData(-0.004, ValueFormat.Share, "−0.4")]
    [InlineData(0.5, ValueFormat.Number, "+0.5")]
    public void Differences_carry_their_sign(double value, ValueFormat format, string expected)
    {
        Assert.Equal(expected, ReportNumbers.Difference(value, format));
    }

    [Fact]
    public void Ranges_exist_only_with_an_interval()
    {
        Assert.Null(ReportNumbers.Range(new(0.5), ValueFormat.Share));
        Assert.Equal("−1.0 to +2.0", ReportNumbers.DifferenceRange(new(0.005, new Interval(-0.01, 0.02)), ValueFormat.Share));
    }

    [Theory]
    [InlineData(4.21, "4.2 s")]
    [InlineData(200, "3 min 20 s")]
    [InlineData(90_300, "25 h 5 min")]
    public void Durations_keep_two_units(double seconds, string expected)
    {
        Assert.Equal(expected, ReportNumbers.Duration(TimeSpan.FromSeconds(seconds)));
    }
}
