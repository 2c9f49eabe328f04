using FsCheck.Xunit;
using Visalign.Pictures;

namespace Visalign.Tests.Pictures;

public sealed class PictureResizeTests
{
    [Property(MaxTest = 50)]
    public bool Weights_sum_to_one_and_stay_on_the_line(byte from, byte to)
    {
        var (a, b) = (1 + from % 40, 1 + to % 40);

        return new[] { CubicTaps.Antialiased(a, b), CubicTaps.Smooth(a, b) }.All(taps => taps.Lines.Count == b
            && taps.Lines.All(line => Math.Abs(line.Weights.Sum() - 1) < 1e-12 && line.Start >= 0 && line.Start + line.Weights.Length <= a));
    }

    [Fact]
    public void The_own_size_keeps_every_byte()
    {
        var picture = RgbPicture.Of(SamplePictures.Random(seed: 1, count: 1, height: 7, width: 9), 0);

        Assert.Equal(picture.Data, PictureResize.Bicubic(picture, 7, 9).Data);
    }

    [Theory]
    [InlineData(3, 4)]
    [InlineData(14, 20)]
    public void A_flat_picture_stays_flat(int height, int width)
    {
        var flat = new RgbPicture([.. Enumerable.Repeat((byte)131, 7 * 9 * 3)], 7, 9);

        Assert.All(PictureResize.Bicubic(flat, height, width).Data, level => Assert.Equal(131, level));
    }

    [Fact] // Twice as wide, kernel of bend -1/2 at distances ¼, ¾, 1¼, 1¾: 0.8671875, 0.2265625, -0.0703125, -0.0234375. Pixel 3 of 8 has its center at 1.25 of 0 1 2 3.
    public void Enlarging_follows_the_cubic_kernel()
    {
        var (start, weights) = CubicTaps.Antialiased(4, 8).Lines[3];

        Assert.Equal(0, start);
        Assert.All(weights.Zip([-0.0703125, 0.8671875, 0.2265625, -0.0234375]), pair => Assert.Equal(pair.Second, pair.First, 1e-12));
    }
}
