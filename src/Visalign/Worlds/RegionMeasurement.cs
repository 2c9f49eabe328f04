using System.Numerics;

namespace Visalign.Worlds;

/// <summary>What can be measured on a region before naming it.</summary>
/// <param name="Color">Mean color of the pixels away from the region's edge.</param>
/// <param name="Mixture">Share of the object's contrast that is not its own mean color, without the picture's noise; near 0 for one color.</param>
/// <param name="Frame">Place, area and form.</param>
internal readonly record struct RegionMeasurement(Vector3 Color, float Mixture, ShapeFrame Frame)
{
    /// <summary>Measures a region together with its fringe.</summary>
    public static RegionMeasurement Of(Segmentation segmentation, int region)
    {
        var backdrop = segmentation.Backdrop.Color;
        var color = InnerColor(segmentation, region);
        var direction = color - backdrop;
        var scale = 1 / Math.Max(direction.LengthSquared(), 1e-4f);

        var coverage = new float[Scene.Size * Scene.Size];
        for (var i = 0; i < coverage.Length; i++)
        {
            if (segmentation.Owners[i] == region) coverage[i] = Vector3.Dot(segmentation.Pixels[i] - backdrop, direction) * scale;
        }

        var mixture = 0f;
        foreach (var pixel in segmentation.Region(region))
        {
            mixture += (segmentation.Pixels[pixel] - backdrop - coverage[pixel] * direction).LengthSquared() * scale;
        }

        // Noise alone leaves its variance in the two directions at right angles to the color's own.
        var noise = segmentation.Backdrop.Noise;
        mixture = mixture / segmentation.Region(region).Length - 2 * noise * noise * scale;

        return new RegionMeasurement(color, mixture, ShapeFrame.Of(coverage));
    }

    // The mean over pixels whose four neighbors lie in the region too, where edges do not water the color down.
    private static Vector3 InnerColor(Segmentation segmentation, int region)
    {
        const int size = Scene.Size;
        Span<bool> inside = stackalloc bool[size * size];
        inside.Clear();
        foreach (var pixel in segmentation.Region(region)) inside[pixel] = true;

        var (sum, count) = (Vector3.Zero, 0);
        var (sumOfAll, countOfAll) = (Vector3.Zero, 0);
        foreach (var pixel in segmentation.Region(region))
        {
            sumOfAll += segmentation.Pixels[pixel];
            countOfAll++;
            var (y, x) = Math.DivRem(pixel, size);
            if (x == 0 || y == 0 || x == size - 1 || y == size - 1) continue;
            if (!inside[pixel - 1] || !inside[pixel + 1] || !inside[pixel - size] || !inside[pixel + size]) continue;
            sum += segmentation.Pixels[pixel];
            count++;
        }

        return count > 0 ? sum / count : sumOfAll / countOfAll;
    }
}
