namespace Visalign.Worlds;

/// <summary>Whether two objects stand to each other as asked.</summary>
/// <param name="Holds">Strict; true when no relation was asked for.</param>
/// <param name="Grade">In [1/2, 1]: from the opposite side, over level, to where they should be.</param>
/// <param name="Along">Pixels between the centers in the relation's direction; 0 without both objects.</param>
internal readonly record struct Placement(bool Holds, double Grade, double Along)
{
    private const double LeastAlong = 6;
    private const double LeastSlope = 0.7;
    private const double OppositeSide = 10;

    /// <summary>Judges the objects assigned to the two wanted ones.</summary>
    public static Placement Of(SceneRequest request, IReadOnlyList<DetectedObject> found, ReadOnlySpan<int> assigned)
    {
        if (request.Relation is not { } relation) return new(true, 1, 0);
        if (assigned[0] < 0 || assigned[1] < 0) return new(false, 0.5, 0);

        var (first, second) = (found[assigned[0]], found[assigned[1]]);
        var (along, across) = Displacement.Of(relation, first.X - second.X, first.Y - second.Y);
        var ramp = Math.Clamp((along + OppositeSide) / (Needed(across) + OppositeSide), 0, 1);
        return new(Stands(new(along, across)), (1 + ramp) / 2, along);
    }

    /// <summary>Whether an object lies far enough along the relation's direction.</summary>
    public static bool Stands(Displacement place) => place.Along >= Needed(place.Across);

    private static double Needed(double across) => Math.Max(LeastAlong, LeastSlope * across);
}
