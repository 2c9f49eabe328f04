using System.Numerics;

namespace Visalign.Worlds;

/// <summary>The plain color behind the objects, and how noisy the picture is around it.</summary>
/// <param name="Color">Median of each channel, to 1/256: objects cover less than half of every scene.</param>
/// <param name="Noise">Standard deviation per channel of the pixels around that color.</param>
internal readonly record struct Backdrop(Vector3 Color, float Noise)
{
    private const int BinCount = 256;

    // The median squared length of a three-dimensional standard normal vector.
    private const float MedianSquaredLength = 2.366f;

    /// <summary>Measures a picture.</summary>
    public static Backdrop Of(ReadOnlySpan<Vector3> pixels)
    {
        Span<int> bins = stackalloc int[BinCount];
        var color = Vector3.Zero;
        for (var channel = 0; channel < 3; channel++)
        {
            bins.Clear();
            foreach (var pixel in pixels) bins[(int)(pixel[channel] * (BinCount - 1) + 0.5f)]++;
            color[channel] = Median(bins, pixels.Length) / (float)(BinCount - 1);
        }

        bins.Clear();
        foreach (var pixel in pixels) bins[Math.Min(BinCount - 1, (int)(Vector3.Distance(pixel, color) * (BinCount - 1)))]++;
        var medianDistance = Median(bins, pixels.Length) / (float)(BinCount - 1);
        return new Backdrop(color, medianDistance / MathF.Sqrt(MedianSquaredLength));
    }

    private static int Median(ReadOnlySpan<int> bins, int count)
    {
        var below = 0;
        var bin = 0;
        while ((below += bins[bin]) * 2 < count) bin++;
        return bin;
    }
}
