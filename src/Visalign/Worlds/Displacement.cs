using System.Diagnostics;

namespace Visalign.Worlds;

/// <summary>Where one object lies as seen from another, split along and across a relation's direction.</summary>
/// <param name="Along">Pixels in the relation's direction; negative when the object lies on the opposite side.</param>
/// <param name="Across">Pixels at right angles to it, never negative.</param>
internal readonly record struct Displacement(double Along, double Across)
{
    /// <summary>Splits the vector from the second object's center to the first's.</summary>
    public static Displacement Of(Relation relation, double x, double y) => relation switch
    {
        Relation.LeftOf => new(-x, Math.Abs(y)),
        Relation.RightOf => new(x, Math.Abs(y)),
        Relation.Above => new(-y, Math.Abs(x)),
        Relation.Below => new(y, Math.Abs(x)),
        _ => throw new UnreachableException(),
    };
}
