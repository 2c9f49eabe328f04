namespace Visalign.Worlds;

/// <summary>One region of a picture, measured and named.</summary>
internal sealed class DetectedObject
{
    // Half of the least area of a sampled object, a triangle of radius 4.
    private const float LeastArea = 14;
    private const float ClearConfidence = 0.6f;
    private const float LargestMixture = 0.08f;

    private readonly float _noise;
    private readonly float[] _shapes = new float[ShapeGeometry.ShapeCount];
    private readonly float[] _colors = new float[Palette.ColorCount];

    /// <summary>Measures a region.</summary>
    public DetectedObject(Segmentation segmentation, int region)
    {
        _noise = segmentation.Backdrop.Noise;
        var measured = RegionMeasurement.Of(segmentation, region);
        (X, Y, Area) = (measured.Frame.X, measured.Frame.Y, measured.Frame.Area);
        ShapeDistance = ShapeNaming.Name(measured.Frame, _shapes);
        ColorDistance = ColorNaming.Name(measured.Color, _colors);
        Mixture = measured.Mixture;
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

    /// <summary>Whether the shape can be told without doubt; noise, which moves every shape away from its template, is allowed for.</summary>
    public bool HasClearShape =>
        Area >= LeastArea && ShapeDistance <= ShapeNaming.ClearDistance + _noise && _shapes[(int)Shape] >= ClearConfidence;

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
