using FsCheck.Xunit;
using Visalign.Benchmarks;
using Visalign.Pictures;

namespace Visalign.Tests.Benchmarks;

public sealed class PictureDiversityTests
{
    // One pixel each. Group 5: black to white is sqrt(3), both to pure red 1 and sqrt(2). Group 8: 0.5 in one channel.
    [Fact]
    public void Distance_matches_the_numbers_worked_out_by_hand()
    {
        PictureBatch pictures = new([0, 0, 0, 0, 0, 0.5f, 1, 1, 1, 0, 0, 0, 1, 0, 0], 5, 1, 1);
        int[] groups = [5, 8, 5, 8, 5];

        var diversity = PictureDiversity.MeanPairwiseDistance(pictures, groups);

        var first = (Math.Sqrt(3) + 1 + Math.Sqrt(2)) / 3;
        Assert.Equal((first + 0.5) / 2, diversity, 1e-12);
    }

    [Fact]
    public void Equal_pictures_have_none_and_single_pictures_do_not_count()
    {
        PictureBatch pictures = new([1, 1, 1, 1, 1, 1, 0, 0, 0], 3, 1, 1);

        Assert.Equal(0, PictureDiversity.MeanPairwiseDistance(pictures, [0, 0, 1]));
    }

    [Property]
    public bool Order_of_the_pictures_does_not_matter(byte[] values)
    {
        var padded = values.Concat(new byte[18]).Take(18).Select(value => value / 255f).ToArray();
        var reversed = padded.Chunk(3).Reverse().SelectMany(pixel => pixel).ToArray();

        var forward = PictureDiversity.MeanPairwiseDistance(new(padded, 6, 1, 1), [0, 1, 0, 1, 0, 1]);
        var backward = PictureDiversity.MeanPairwiseDistance(new(reversed, 6, 1, 1), [1, 0, 1, 0, 1, 0]);

        return Math.Abs(forward - backward) < 1e-12;
    }

    [Fact]
    public void Groups_that_do_not_fit_are_refused()
    {
        PictureBatch pictures = new(new float[6], 2, 1, 1);

        Assert.Contains("2 pictures but 1", Assert.Throws<InputException>(() => PictureDiversity.MeanPairwiseDistance(pictures, [0])).Message);
        Assert.Contains("single picture", Assert.Throws<InputException>(() => PictureDiversity.MeanPairwiseDistance(pictures, [0, 1])).Message);
    }
}
