namespace Visalign.Worlds;

/// <summary>One object in a scene, in pixels of a 32 by 32 picture.</summary>
/// <param name="X">Center, from the left edge of the picture.</param>
/// <param name="Y">Center, from the top edge.</param>
/// <param name="Radius">Half the side of the box the object lies in; 4 to 7 when sampled.</param>
public readonly record struct SceneObject(ObjectShape Shape, ObjectColor Color, double X, double Y, double Radius);

/// <summary>A picture before it is painted: objects on a plain grey.</summary>
/// <param name="Background">The grey, in [0, 1].</param>
/// <param name="Objects">The objects; sampled scenes never let them overlap or touch.</param>
public sealed record Scene(float Background, IReadOnlyList<SceneObject> Objects)
{
    /// <summary>Side of the square picture in which scenes are measured, in pixels.</summary>
    public const int Size = 32;
}
