namespace Visalign.Worlds;

/// <summary>An object's coverage brought to standard place and size: 16 by 16 samples around its centroid.</summary>
/// <remarks>
/// The frame reaches 1.15 times the root of the object's area to every side, so shape remains and size and place are
/// gone. It has length 1 as a vector, so contrast is gone too.
/// </remarks>
internal readonly record struct ShapeFrame(float X, float Y, float Area, float[] Samples)
{
    /// <summary>The number of samples in a frame.</summary>
    public const int Length = Side * Side;

    private const int Side = 16;
    private const int Size = Scene.Size;
    private const float Reach = 1.15f;

    /// <summary>Measures one object.</summary>
    /// <param name="coverage">Shape <c>[32, 32]</c>: about 1 inside the object, 0 away from it.</param>
    public static ShapeFrame Of(ReadOnlySpan<float> coverage)
    {
        float area = 0, sumX = 0, sumY = 0;
        for (var i = 0; i < coverage.Length; i++)
        {
            var (y, x) = Math.DivRem(i, Size);
            area += coverage[i];
            sumX += coverage[i] * (x + 0.5f);
            sumY += coverage[i] * (y + 0.5f);
        }

        area = Math.Max(area, 1);
        var (centerX, centerY) = (sumX / area, sumY / area);
        return new ShapeFrame(centerX, centerY, area, Sample(coverage, centerX, centerY, MathF.Sqrt(area) * Reach));
    }

    private static float[] Sample(ReadOnlySpan<float> coverage, float centerX, float centerY, float reach)
    {
        var samples = new float[Length];
        var squares = 0f;
        for (var row = 0; row < Side; row++)
        {
            for (var column = 0; column < Side; column++)
            {
                var x = centerX + ((column + 0.5f) * 2 / Side - 1) * reach;
                var y = centerY + ((row + 0.5f) * 2 / Side - 1) * reach;
                var value = Bilinear(coverage, x - 0.5f, y - 0.5f);
                samples[row * Side + column] = value;
                squares += value * value;
            }
        }

        var scale = 1 / MathF.Sqrt(Math.Max(squares, 1e-6f));
        foreach (ref var sample in samples.AsSpan()) sample *= scale;
        return samples;
    }

    private static float Bilinear(ReadOnlySpan<float> plane, float x, float y)
    {
        var (left, top) = ((int)MathF.Floor(x), (int)MathF.Floor(y));
        if (left < -1 || top < -1 || left >= Size || top >= Size) return 0;

        var (fx, fy) = (x - left, y - top);
        return (1 - fy) * ((1 - fx) * At(plane, left, top) + fx * At(plane, left + 1, top))
             + fy * ((1 - fx) * At(plane, left, top + 1) + fx * At(plane, left + 1, top + 1));
    }

    private static float At(ReadOnlySpan<float> plane, int x, int y) =>
        (uint)x < Size && (uint)y < Size ? plane[y * Size + x] : 0;
}
