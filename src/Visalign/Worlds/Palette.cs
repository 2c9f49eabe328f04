using System.Numerics;

namespace Visalign.Worlds;

/// <summary>The values of the world's colors: six saturated ones for objects, four neutral greys behind them.</summary>
public static class Palette
{
    /// <summary>The number of object colors.</summary>
    public const int ColorCount = 6;

    private static readonly Vector3[] Colors =
    [
        new(0.87f, 0.13f, 0.15f),
        new(0.12f, 0.72f, 0.25f),
        new(0.13f, 0.33f, 0.88f),
        new(0.97f, 0.88f, 0.15f),
        new(0.60f, 0.20f, 0.75f),
        new(0.98f, 0.55f, 0.08f),
    ];

    private static readonly float[] Greys = [0.06f, 0.15f, 0.82f, 0.94f];

    /// <summary>Red, green and blue of a color, each in [0, 1].</summary>
    public static Vector3 Rgb(ObjectColor color) => Colors[(int)color];

    /// <summary>The greys a background may have, two dark and two light, in [0, 1].</summary>
    public static ReadOnlySpan<float> Backgrounds => Greys;
}
