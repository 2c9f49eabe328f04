using Visalign.Cli.Views;

namespace Visalign.Tests.Cli;

public sealed class DrawingTests
{
    [Fact]
    public void Braille_dots_are_where_Unicode_numbers_them()
    {
        var canvas = new BrailleCanvas(columns: 2, rows: 1);

        canvas.Line((0, 0), (3, 3)); // dots 1 and 5 of the first character, 3 and 8 of the second

        Assert.Equal("\u2811\u2884", canvas.Row(0));
    }

    [Theory]
    [InlineData(0, "    ")]
    [InlineData(0.5, "██  ")]
    [InlineData(0.53125, "██▏ ")]
    [InlineData(1, "████")]
    [InlineData(7, "████")]
    [InlineData(-1, "    ")]
    [InlineData(double.NaN, "    ")]
    public void A_bar_is_exact_to_an_eighth_and_as_wide_as_asked(double share, string bar)
    {
        Assert.Equal(bar, Bar.Of(share, width: 4));
    }
}
