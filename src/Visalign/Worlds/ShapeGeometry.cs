using System.Diagnostics;

namespace Visalign.Worlds;

/// <summary>What points a shape of radius 1 around the origin covers; x runs right, y runs down.</summary>
/// <remarks>Every shape lies in the box from -1 to 1, so an object of radius r never leaves its own 2r by 2r box.</remarks>
internal static class ShapeGeometry
{
    private const double SquareHalfSide = 0.9;
    private const double TriangleBase = 0.8;
    private const double ArmHalfWidth = 0.35;

    /// <summary>The number of shapes.</summary>
    public const int ShapeCount = 4;

    /// <summary>Whether the shape covers the point.</summary>
    public static bool Covers(ObjectShape shape, double x, double y) => shape switch
    {
        ObjectShape.Circle => x * x + y * y <= 1,
        ObjectShape.Square => Math.Abs(x) <= SquareHalfSide && Math.Abs(y) <= SquareHalfSide,
        // The sides run from the tip (0, -1) to the base corners (-1, 0.8) and (1, 0.8).
        ObjectShape.Triangle => y <= TriangleBase && Math.Abs(x) * (1 + TriangleBase) <= y + 1,
        ObjectShape.Cross => Math.Max(Math.Abs(x), Math.Abs(y)) <= 1 && Math.Min(Math.Abs(x), Math.Abs(y)) <= ArmHalfWidth,
        _ => throw new UnreachableException(),
    };
}
