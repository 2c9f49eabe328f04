using FsCheck.Xunit;
using Visalign.Pictures;
using Visalign.Rewards;
using Visalign.Tests.Pictures;

namespace Visalign.Tests.Rewards;

public sealed class ClosedFormTests
{
    private const double Rounding = 1e-6; // values such as 0.2 are stored in fp32

    private static readonly IReward[] Rewards = [new Brightness(), new Colorfulness(), new Contrast(), new Symmetry()];

    [Fact] // (0.1 + 0.5 + 0.2 + 0.4 + 0.9 + 0.3) / 6 = 0.4
    public void Brightness_is_the_mean_of_all_values()
    {
        var picture = SamplePictures.Of(width: 2, red: [0.1f, 0.5f], green: [0.2f, 0.4f], blue: [0.9f, 0.3f]);

        Assert.Equal(0.4, Score(new Brightness(), picture), Rounding);
    }

    [Fact] // Red and blue: rg = 1, 0 (mean 0.5, variance 0.25); yb = 0.5, -1 (mean -0.25, variance 0.75² = 0.5625).
    // M3 = sqrt(0.25 + 0.5625) + 0.3 sqrt(0.25 + 0.0625) = 0.901387819 + 0.3 · 0.559016994 = 1.069092917
    public void Colorfulness_of_a_red_and_a_blue_pixel_is_that_of_the_paper()
    {
        var picture = SamplePictures.Of(width: 2, red: [1, 0], green: [0, 0], blue: [0, 1]);

        Assert.Equal(1.069092917, Score(new Colorfulness(), picture), 1e-9);
    }

    [Fact] // One color has no spread: red 0.8, green 0.2, blue 0.1 give rg = 0.6, yb = 0.4, so 0.3 sqrt(0.52) = 0.216333077.
    public void Colorfulness_of_one_color_is_its_mean_part_alone()
    {
        var picture = SamplePictures.Of(width: 2, red: [0.8f, 0.8f], green: [0.2f, 0.2f], blue: [0.1f, 0.1f]);

        Assert.Equal(0.216333077, Score(new Colorfulness(), picture), Rounding);
    }

    [Fact] // Y = 0.2126 for red and 0.7152 for green: half their difference is 0.2513.
    public void Contrast_of_two_pixels_is_half_their_difference_in_luminance()
    {
        var picture = SamplePictures.Of(width: 2, red: [1, 0], green: [0, 1], blue: [0, 0]);

        Assert.Equal(0.2513, Score(new Contrast(), picture), Rounding);
    }

    [Fact]
    public void Contrast_of_black_beside_white_is_one_half()
    {
        var picture = SamplePictures.Of(width: 2, red: [0, 1], green: [0, 1], blue: [0, 1]);

        Assert.Equal(0.5, Score(new Contrast(), picture), Rounding);
    }

    [Fact] // Rows 0.1 0.5 0.4 and 1 0 1 in red: |0.1 - 0.4| twice, else 0; over 2·3·3 values: 1 - 0.6 / 18.
    public void Symmetry_compares_each_row_with_its_reverse()
    {
        float[] flat = [0, 0, 0, 0, 0, 0];
        var picture = SamplePictures.Of(width: 3, red: [0.1f, 0.5f, 0.4f, 1, 0, 1], green: flat, blue: flat);

        Assert.Equal(1 - 0.6 / 18, Score(new Symmetry(), picture), Rounding);
    }

    [Fact]
    public void Symmetry_of_white_beside_black_is_zero()
    {
        var picture = SamplePictures.Of(width: 2, red: [1, 0], green: [1, 0], blue: [1, 0]);

        Assert.Equal(0, Score(new Symmetry(), picture));
    }

    [Property(MaxTest = 40)]
    public bool Scores_stay_in_their_documented_ranges(int seed, byte side)
    {
        var picture = Extreme(seed, 1 + side % 6);

        return Score(new Brightness(), picture) is >= 0 and <= 1
            && Score(new Colorfulness(), picture) is >= 0 and <= 1.17
            && Score(new Contrast(), picture) is >= 0 and <= 0.5 + Rounding
            && Score(new Symmetry(), picture) is >= 0 and <= 1;
    }

    [Property(MaxTest = 40)]
    public void A_mirror_image_scores_like_the_picture(int seed)
    {
        var picture = SamplePictures.Random(seed, count: 1, height: 5, width: 6);
        var mirror = Mirror(picture);

        Assert.All(Rewards, reward => Assert.Equal(Score(reward, picture), Score(reward, mirror), Rounding));
    }

    [Property(MaxTest = 40)]
    public void A_picture_averaged_with_its_mirror_image_is_symmetric(int seed)
    {
        var picture = SamplePictures.Random(seed, count: 1, height: 5, width: 6);
        var mirror = Mirror(picture);
        var average = picture with { Data = [.. picture.Data.Zip(mirror.Data, (left, right) => (left + right) / 2)] };

        Assert.Equal(1, Score(new Symmetry(), average));
        Assert.True(Score(new Symmetry(), picture) < 1);
    }

    [Property(MaxTest = 40)]
    public void A_negative_keeps_contrast_and_complements_brightness(int seed)
    {
        var picture = SamplePictures.Random(seed, count: 1, height: 5, width: 6);
        var negative = picture with { Data = Array.ConvertAll(picture.Data, value => 1 - value) };

        Assert.Equal(Score(new Contrast(), picture), Score(new Contrast(), negative), Rounding);
        Assert.Equal(1, Score(new Brightness(), picture) + Score(new Brightness(), negative), Rounding);
    }

    [Property(MaxTest = 40)]
    public void Gray_pictures_have_no_color(int seed)
    {
        var plane = SamplePictures.Random(seed, count: 1, height: 4, width: 4).Data[..16];
        var gray = SamplePictures.Of(width: 4, plane, plane, plane);

        Assert.Equal(0, Score(new Colorfulness(), gray), 1e-12);
    }

    [Fact]
    public void Each_picture_of_a_batch_is_judged_alone()
    {
        var pictures = SamplePictures.Random(seed: 2, count: 3, height: 4, width: 4);
        var second = new PictureBatch(pictures[1].ToArray(), 1, 4, 4);

        Assert.All(Rewards, reward => Assert.Equal(
            Score(reward, second), reward.Score(pictures, SamplePictures.Prompts(3)).Values[1]));
    }

    [Fact]
    public void A_picture_with_a_NaN_fails_alone_and_is_not_zero()
    {
        var pictures = SamplePictures.Random(seed: 2, count: 3, height: 4, width: 4);
        pictures.Data[pictures.PictureLength + 5] = float.NaN;

        Assert.All([.. Rewards, new JpegCompressibility(new()), new JpegIncompressibility(new())], reward =>
        {
            var scores = reward.Score(pictures, SamplePictures.Prompts(3));
            Assert.Equal([true, false, true], scores.Values.Select(double.IsFinite));
            Assert.Contains("picture 1 has pixels that are not finite", scores.FirstFailure);
        });
    }

    private static double Score(IReward reward, PictureBatch picture) =>
        reward.Score(picture, SamplePictures.Prompts(1)).Values[0];

    private static PictureBatch Mirror(PictureBatch picture) => picture with
    {
        Data = [.. picture.Data.Chunk(picture.Width).SelectMany(row => row.Reverse())],
    };

    /// <summary>Noise of zeros and ones, where the measures reach their ends.</summary>
    private static PictureBatch Extreme(int seed, int side)
    {
        var noise = SamplePictures.Random(seed, count: 1, side, side);
        return noise with { Data = Array.ConvertAll(noise.Data, MathF.Round) };
    }
}
