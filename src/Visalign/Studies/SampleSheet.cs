using Visalign.Pictures;
using Visalign.Torch.Files;

namespace Visalign.Studies;

/// <summary>The PNG file that sampled pictures are shown in: one picture, or a sheet of them, enlarged for the eye.</summary>
public static class SampleSheet
{
    private const string Ending = ".png";
    private const int SheetWidth = 1024, LargestScale = 8, SmallestScale = 2;

    /// <summary>The file a prompt's pictures go to when none is named: <c>two-red-circles.png</c>.</summary>
    public static string DefaultPath(string prompt)
    {
        string[] words = prompt.ToLowerInvariant().Split((char[])[' ', '\t', ',', '.', '/', '\\'], StringSplitOptions.RemoveEmptyEntries);
        return (words.Length > 0 ? string.Join('-', words) : "sample") + Ending;
    }

    /// <summary>Refuses a path that no picture can be written to, before anything is computed.</summary>
    /// <exception cref="InputException">Not a .png, a folder, or in a folder that is not there.</exception>
    public static void Check(string path)
    {
        if (!Path.GetExtension(path).Equals(Ending, StringComparison.OrdinalIgnoreCase))
            throw new InputException($"--out {path}: pictures are written as PNG; name a file that ends in {Ending}.");
        OutputPath.CheckFile(path);
    }

    /// <summary>Writes all pictures to one file, whole or not at all: about as many columns as rows, each pixel a square of 2 to 8.</summary>
    /// <exception cref="InputException">A picture is not finite, or the file cannot be written.</exception>
    public static void Write(string path, PictureBatch pictures)
    {
        int columns = (int)Math.Ceiling(Math.Sqrt(pictures.Count));
        int scale = Math.Clamp(SheetWidth / (columns * pictures.Width), SmallestScale, LargestScale);
        Png.Write(path, PictureGrid.Arrange(pictures, new() { Columns = columns, Scale = scale, Gap = pictures.Count == 1 ? 0 : 2 * scale }));
    }
}
