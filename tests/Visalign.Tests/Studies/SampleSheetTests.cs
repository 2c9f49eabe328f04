using Visalign.Pictures;
using Visalign.Studies;

namespace Visalign.Tests.Studies;

public sealed class SampleSheetTests : IDisposable
{
    private readonly TemporaryFolder _root = new();

    public void Dispose() => _root.Dispose();

    [Theory]
    [InlineData(1, 256, 256)]
    [InlineData(4, 560, 560)] // two of 256 each way, three gaps of 16
    [InlineData(64, 1096, 1096)] // eight of 128, nine gaps of 8
    [InlineData(3, 560, 560)]
    public void A_sheet_is_large_enough_to_see_and_no_larger(int count, int height, int width)
    {
        var pictures = new PictureBatch(new float[count * 3 * 32 * 32], count, 32, 32);

        SampleSheet.Write(_root["sheet.png"], pictures);

        var sheet = Png.Read(_root["sheet.png"]);
        Assert.Equal((height, width), (sheet.Height, sheet.Width));
    }

    [Theory]
    [InlineData("two red circles", "two-red-circles.png")]
    [InlineData("A red circle, a square.", "a-red-circle-a-square.png")]
    [InlineData("../circle", "..-circle.png")]
    [InlineData("  ", "sample.png")]
    public void A_prompt_names_its_file(string prompt, string file) => Assert.Equal(file, SampleSheet.DefaultPath(prompt));

    [Fact]
    public void What_cannot_be_a_picture_file_is_refused()
    {
        Directory.CreateDirectory(_root["folder.png"]);

        Assert.Contains("ends in .png", Refused(_root["picture.jpg"]), StringComparison.Ordinal);
        Assert.Contains("is a folder", Refused(_root["folder.png"]), StringComparison.Ordinal);
        Assert.Contains("there is no folder", Refused(_root["missing/picture.png"]), StringComparison.Ordinal);
        SampleSheet.Check(_root["picture.PNG"]);
    }

    private static string Refused(string path) => Assert.Throws<InputException>(() => SampleSheet.Check(path)).Message;
}
