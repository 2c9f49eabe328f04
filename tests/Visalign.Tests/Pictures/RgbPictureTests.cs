using FsCheck;
using FsCheck.Xunit;
using Visalign.Pictures;

namespace Visalign.Tests.Pictures;

public sealed class RgbPictureTests
{
    [Fact] // 255 x: 0.5 and 2.5 lie between two bytes and go to the even one; 1.5 goes to 2; outside [0, 1] is clamped.
    public void Values_round_to_the_nearest_byte_ties_to_even_and_are_clamped()
    {
        var batch = SamplePictures.Of(
            width: 2, red: [0.5f / 255f, 1.5f / 255f], green: [2.5f / 255f, 0.25f], blue: [-0.1f, 1.2f]);

        var picture = RgbPicture.Of(batch, 0);

        Assert.Equal<byte>([0, 2, 0, 2, 64, 255], picture.Data); // pixel by pixel: R, G, B
    }

    [Property(MaxTest = 30)]
    public bool Bytes_survive_a_batch_and_back(int seed, byte height, byte width)
    {
        var picture = Noise(seed, 1 + height % 20, 1 + width % 20);

        var batch = RgbPicture.Batch([picture, picture]);

        return batch.Count == 2 && RgbPicture.Of(batch, 1).Data.SequenceEqual(picture.Data);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_pixel_that_is_not_a_number_is_told_with_its_place(float value)
    {
        var batch = SamplePictures.Of(width: 2, red: [0, 0, 0, value], green: [0, 0, 0, 0], blue: [0, 0, 0, 0]);

        var error = Assert.Throws<InputException>(() => RgbPicture.Of(batch, 0));

        Assert.Contains("picture 0: pixel (1, 1)", error.Message);
    }

    [Fact]
    public void A_batch_of_two_sizes_is_refused()
    {
        var error = Assert.Throws<InputException>(() => RgbPicture.Batch([Noise(1, 4, 4), Noise(1, 4, 5)]));

        Assert.Contains("5x4 pixels, expected 4x4", error.Message);
    }

    internal static RgbPicture Noise(int seed, int height, int width)
    {
        var data = new byte[3 * height * width];                         // [H, W, 3]
        new Random(seed).NextBytes(data);
        return new RgbPicture(data, height, width);
    }
}
