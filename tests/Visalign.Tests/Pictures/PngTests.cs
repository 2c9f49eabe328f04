using FsCheck.Xunit;
using Visalign.Pictures;

namespace Visalign.Tests.Pictures;

public sealed class PngTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("visalign-png-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Property(MaxTest = 50)]
    public bool A_picture_survives_coding_bit_by_bit(int seed, byte height, byte width)
    {
        var picture = RgbPictureTests.Noise(seed, 1 + height % 70, 1 + width % 70);

        var back = Png.Decode(Png.Encode(picture), "memory");

        return back.Height == picture.Height && back.Width == picture.Width && back.Data.SequenceEqual(picture.Data);
    }

    [Fact]
    public void A_picture_survives_a_file_and_leaves_no_other_file()
    {
        string path = Path.Combine(_folder.FullName, "noise.png");
        var picture = RgbPictureTests.Noise(seed: 7, height: 9, width: 5);
        Png.Write(path, RgbPictureTests.Noise(seed: 8, height: 3, width: 3)); // replaced by the next line

        Png.Write(path, picture);

        Assert.Equal(picture.Data, Png.Read(path).Data);
        Assert.Equal([path], Directory.GetFiles(_folder.FullName));
    }

    [Fact] // The picture is written by hand in another color type: 1x1 gray with alpha, gray 100 at alpha 0, over white.
    public void Transparency_is_laid_over_white()
    {
        byte[] grayAlpha = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR4nGNIYQAAAMsAZeEqKo0AAAAASUVORK5CYII=");

        var picture = Png.Decode(grayAlpha, "gray-alpha.png");

        Assert.Equal<byte>([255, 255, 255], picture.Data);
    }

    [Fact]
    public void Another_format_is_refused_with_its_source()
    {
        byte[] jpeg = Jpeg.Encode(RgbPictureTests.Noise(1, 8, 8), new JpegSettings());

        var error = Assert.Throws<InputException>(() => Png.Decode(jpeg, "cat.png"));

        Assert.Equal("cat.png: not a PNG file. Convert the picture to PNG.", error.Message);
    }

    [Theory]
    [InlineData(20)]  // inside the header
    [InlineData(200)] // inside the pixels
    public void A_cut_file_is_refused(int length)
    {
        byte[] content = Png.Encode(RgbPictureTests.Noise(1, 20, 20));

        var error = Assert.Throws<InputException>(() => Png.Decode(content[..length], "cut.png"));

        Assert.Contains("cut.png: a damaged PNG file", error.Message);
    }

    [Fact]
    public void A_missing_file_is_told_by_its_path()
    {
        string path = Path.Combine(_folder.FullName, "nowhere.png");

        var error = Assert.Throws<InputException>(() => Png.Read(path));

        Assert.StartsWith(path, error.Message);
    }

    [Fact]
    public void A_file_in_a_missing_folder_is_told_by_its_path()
    {
        string path = Path.Combine(_folder.FullName, "nowhere", "a.png");

        var error = Assert.Throws<InputException>(() => Png.Write(path, RgbPictureTests.Noise(1, 2, 2)));

        Assert.StartsWith(path, error.Message);
    }
}
