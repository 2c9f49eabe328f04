using System.Numerics;

namespace Visalign.Worlds;

/// <summary>How far pixels have gone from a backdrop's color towards the nearest object color.</summary>
internal readonly struct PixelCoverage
{
    private const float Largest = 1.25f;

    // Nearer than this to the backdrop, a pixel is less than half covered by any palette color on any palette grey.
    private const float CertainBackdrop = 0.15f;

    // A backdrop this close to an object color says nothing about that color.
    private const float LeastContrast = 0.2f;

    private readonly Vector3 _backdrop;
    private readonly Vector3[] _directions;

    /// <summary>Prepares for one backdrop.</summary>
    public PixelCoverage(Vector3 backdrop)
    {
        _backdrop = backdrop;
        var directions = new List<Vector3>(Palette.ColorCount);
        for (var color = 0; color < Palette.ColorCount; color++)
        {
            var direction = Palette.Rgb((ObjectColor)color) - backdrop;
            if (direction.Length() >= LeastContrast) directions.Add(direction);
        }

        _directions = [.. directions];
    }

    /// <summary>0 on the backdrop, 1 on an object, up to 1.25 on something brighter still.</summary>
    public float Of(Vector3 pixel)
    {
        var v = pixel - _backdrop;
        if (v.LengthSquared() < CertainBackdrop * CertainBackdrop) return 0;

        var coverage = 0f;
        var smallest = float.PositiveInfinity;
        foreach (var u in _directions)
        {
            var a = Math.Clamp(Vector3.Dot(v, u) / u.LengthSquared(), 0, Largest);
            var residual = (v - a * u).LengthSquared();
            if (residual < smallest) (smallest, coverage) = (residual, a);
        }

        return coverage;
    }
}
