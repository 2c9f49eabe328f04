namespace Visalign.Worlds;

/// <summary>Paints a scene with soft edges.</summary>
/// <remarks>Each pixel's coverage is the share of 4 by 4 points in it that the shape covers; later objects paint over earlier ones.</remarks>
public static class SceneRenderer
{
    private const int PointsPerSide = 4;

    /// <summary>Paints into <paramref name="picture"/>.</summary>
    /// <param name="scene">What to paint, measured in pixels of a 32 by 32 picture.</param>
    /// <param name="picture">Shape <c>[3, size, size]</c>, values in [0, 1]; overwritten.</param>
    /// <param name="size">Side of the picture in pixels; the scene is scaled to it.</param>
    public static void Render(Scene scene, Span<float> picture, int size = Scene.Size)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(picture.Length, 3 * size * size);

        picture.Fill(scene.Background);
        foreach (var item in scene.Objects) Paint(item, picture, size);
    }

    private static void Paint(SceneObject item, Span<float> picture, int size)
    {
        var scale = (double)size / Scene.Size;
        var (centerX, centerY, radius) = (item.X * scale, item.Y * scale, item.Radius * scale);
        var color = Palette.Rgb(item.Color);
        var plane = size * size;
        var (left, right) = (Math.Max(0, (int)(centerX - radius)), Math.Min(size - 1, (int)(centerX + radius)));
        var (top, bottom) = (Math.Max(0, (int)(centerY - radius)), Math.Min(size - 1, (int)(centerY + radius)));

        for (var y = top; y <= bottom; y++)
        {
            for (var x = left; x <= right; x++)
            {
                var coverage = Coverage(item.Shape, (x - centerX) / radius, (y - centerY) / radius, 1 / radius);
                if (coverage == 0) continue;
                var pixel = y * size + x;
                for (var channel = 0; channel < 3; channel++)
                {
                    ref var value = ref picture[channel * plane + pixel];
                    value += coverage * (color[channel] - value);
                }
            }
        }
    }

    /// <summary>The covered share of a small square, for a shape of radius 1 at the origin.</summary>
    /// <param name="x">Left edge of the square.</param>
    /// <param name="y">Top edge of the square.</param>
    /// <param name="side">Side of the square.</param>
    /// <returns>A share in [0, 1].</returns>
    internal static float Coverage(ObjectShape shape, double x, double y, double side)
    {
        var step = side / PointsPerSide;
        var covered = 0;
        for (var row = 0; row < PointsPerSide; row++)
        {
            for (var column = 0; column < PointsPerSide; column++)
            {
                if (ShapeGeometry.Covers(shape, x + (column + 0.5) * step, y + (row + 0.5) * step)) covered++;
            }
        }

        return (float)covered / (PointsPerSide * PointsPerSide);
    }
}
