using System.Numerics;

namespace Visalign.Worlds;

/// <summary>One region of a picture, measured and named.</summary>
internal sealed class DetectedObject
{
    // Half of the least area of a sampled object, a triangle of radius 4.
    private const float LeastArea = 14;
    private const float ClearConfidence = 0.75f;
    private const float LargestMixture = 0.08f;

    private readonly float[] _shapes = new float[ShapeGeometry.ShapeCount];
    private readonly float[] _colors = new float[Palette.ColorCount];

    /// <summary>Measures a region.</summary>
    public DetectedObject(Segmentation segmentation, int region)
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

        var frame = ShapeFrame.Of(coverage);
        (X, Y, Area) = (frame.X, frame.Y, frame.Area);
        ShapeDistance = ShapeNaming.Name(frame, _shapes);
        ColorDistance = ColorNaming.Name(color, _colors);
        Mixture = mixture;
        Shape = (ObjectShape)IndexOfMaximum(_shapes);
        Color = (ObjectColor)IndexOfMaximum(_colors);
    }

    /// <summary>Centroid, in pixels from the left edge.</summary>
    public float X { get; }

    /// <summary>Centroid, in pixels from the top edge.</summary>
    public float Y { get; }

    /// <summary>Area in pixels.</summary>
    public float Area { get; }

    /// <summary>Distance to the nearest shape template.</summary>
    public float ShapeDistance { get; }

    /// <summary>Distance to the nearest palette color.</summary>
    public float ColorDistance { get; }

    /// <summary>Share of the object's contrast that is not its own mean color, without the picture's noise.</summary>
    public float Mixture { get; }

    /// <summary>The most likely shape.</summary>
    public ObjectShape Shape { get; }

    /// <summary>The most likely color.</summary>
    public ObjectColor Color { get; }

    /// <summary>Whether the shape can be told without doubt.</summary>
    public bool HasClearShape =>
        Area >= LeastArea && ShapeDistance <= ShapeNaming.ClearDistance && _shapes[(int)Shape] >= ClearConfidence;

    /// <summary>Whether the color can be told without doubt.</summary>
    public bool HasClearColor =>
        Mixture <= LargestMixture && ColorDistance <= ColorNaming.ClearDistance && _colors[(int)Color] >= ClearConfidence;

    /// <summary>Confidence in a shape, in [0, 1].</summary>
    public float Confidence(ObjectShape shape) => _shapes[(int)shape];

    /// <summary>Confidence in a color, in [0, 1]; for null, confidence that it is any one of the colors.</summary>
    public float Confidence(ObjectColor? color) => color is { } named ? _colors[(int)named] : _colors[(int)Color];

    /// <summary>Whether this clearly is the wanted object.</summary>
    public bool Is(WantedObject wanted) =>
        HasClearShape && HasClearColor && Shape == wanted.Shape && (wanted.Color is null || Color == wanted.Color);

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

    private static int IndexOfMaximum(ReadOnlySpan<float> values)
    {
        var best = 0;
        for (var i = 1; i < values.Length; i++)
        {
            if (values[i] > values[best]) best = i;
        }

        return best;
    }
}
