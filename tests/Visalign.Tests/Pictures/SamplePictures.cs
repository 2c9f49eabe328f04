using Visalign.Generators;
using Visalign.Pictures;

namespace Visalign.Tests.Pictures;

/// <summary>Small batches for tests.</summary>
internal static class SamplePictures
{
    /// <summary>Uniform noise in [0, 1).</summary>
    public static PictureBatch Random(int seed, int count, int height, int width)
    {
        var random = new Random(seed);
        var data = new float[count * 3 * height * width];                // [B, 3, H, W]
        for (int index = 0; index < data.Length; index++)
        {
            data[index] = random.NextSingle();
        }
        return new PictureBatch(data, count, height, width);
    }

    public static PictureBatch Filled(int count, int height, int width, float value)
    {
        var data = new float[count * 3 * height * width];                // [B, 3, H, W]
        Array.Fill(data, value);
        return new PictureBatch(data, count, height, width);
    }

    /// <summary>One picture from its three planes, each row by row.</summary>
    public static PictureBatch Of(int width, float[] red, float[] green, float[] blue) =>
        new([.. red, .. green, .. blue], 1, red.Length / width, width);

    public static IReadOnlyList<Condition> Prompts(int count) =>
        [.. Enumerable.Range(0, count).Select(index => new Condition($"picture {index}"))];
}
