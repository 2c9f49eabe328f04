using Visalign.Pictures;

namespace Visalign.Tests.Pictures;

public sealed class JpegTests
{
    [Fact] // SOI, then APP0 with "JFIF"; the frame is baseline (SOF0) and samples luma at 2x2, that is 4:2:0.
    public void The_file_is_a_baseline_JFIF_file_with_quarter_chroma()
    {
        byte[] file = Jpeg.Encode(RgbPictureTests.Noise(1, 24, 40), new JpegSettings());

        int frame = file.AsSpan().IndexOf([(byte)0xFF, (byte)0xC0]);
        Assert.Equal<byte>([0xFF, 0xD8, 0xFF, 0xE0], file[..4]);
        Assert.Equal("JFIF"u8, file.AsSpan(6, 4));
        Assert.Equal<byte>([0, 24, 0, 40, 3, 1, 0x22], file[(frame + 5)..(frame + 12)]); // height, width, 3 components, first: 2x2
        Assert.Equal<byte>([0xFF, 0xD9], file[^2..]);
    }

    [Theory]
    [InlineData(ChromaSubsampling.Full, 0x11)]
    [InlineData(ChromaSubsampling.Half, 0x21)]
    public void Subsampling_is_written_into_the_frame(ChromaSubsampling subsampling, byte factors)
    {
        byte[] file = Jpeg.Encode(RgbPictureTests.Noise(1, 24, 40), new JpegSettings { Subsampling = subsampling });

        int frame = file.AsSpan().IndexOf([(byte)0xFF, (byte)0xC0]);
        Assert.Equal(factors, file[frame + 11]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(101)]
    public void A_quality_outside_its_range_is_refused(int quality)
    {
        var error = Assert.Throws<InputException>(
            () => Jpeg.Encode(RgbPictureTests.Noise(1, 4, 4), new JpegSettings { Quality = quality }));

        Assert.Contains($"found {quality}, expected 1 to 100", error.Message);
    }
}
