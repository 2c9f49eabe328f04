using Visalign.Pictures;
using Visalign.Rewards;
using Visalign.Tests.Pictures;

namespace Visalign.Tests.Rewards;

public sealed class JpegSizeTests
{
    [Fact]
    public void The_two_conventions_differ_by_500_and_the_sign_separates_the_two_rewards()
    {
        var pictures = SamplePictures.Random(seed: 3, count: 4, height: 32, width: 32);
        var prompts = SamplePictures.Prompts(4);

        var ddpo = new JpegCompressibility(new() { Convention = JpegConvention.Ddpo }).Score(pictures, prompts).Values;
        var flowGrpo = new JpegCompressibility(new() { Convention = JpegConvention.FlowGrpo }).Score(pictures, prompts).Values;
        var incompressibility = new JpegIncompressibility(new()).Score(pictures, prompts).Values;

        for (int index = 0; index < 4; index++)
        {
            int bytes = Jpeg.Encode(RgbPicture.Of(pictures, index), new JpegSettings()).Length;
            Assert.Equal(bytes / 1000.0, incompressibility[index]);
            Assert.Equal(-bytes / 1000.0, ddpo[index]);
            Assert.Equal(-bytes / 500000.0, flowGrpo[index]);
        }
    }

    [Fact]
    public void A_flat_picture_is_more_compressible_than_noise()
    {
        var flat = SamplePictures.Filled(count: 1, height: 32, width: 32, value: 0.5f);
        var noise = SamplePictures.Random(seed: 4, count: 1, height: 32, width: 32);
        var reward = new JpegCompressibility(new());

        double flatScore = reward.Score(flat, SamplePictures.Prompts(1)).Values[0];
        double noiseScore = reward.Score(noise, SamplePictures.Prompts(1)).Values[0];

        Assert.True(flatScore > noiseScore, $"{flatScore} > {noiseScore}");
    }

    [Fact]
    public void A_lower_quality_makes_smaller_files()
    {
        var pictures = SamplePictures.Random(seed: 5, count: 1, height: 32, width: 32);
        var prompts = SamplePictures.Prompts(1);

        double low = new JpegIncompressibility(new() { Quality = 20 }).Score(pictures, prompts).Values[0];
        double high = new JpegIncompressibility(new() { Quality = 95 }).Score(pictures, prompts).Values[0];

        Assert.True(low < high, $"{low} < {high}");
    }
}
