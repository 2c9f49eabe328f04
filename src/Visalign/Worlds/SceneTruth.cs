namespace Visalign.Worlds;

/// <summary>Whether a scene is what a request asks for: what <see cref="SceneChecker"/> reads from pictures, known beforehand.</summary>
public static class SceneTruth
{
    /// <summary>Exactly the wanted objects, each of its shape and color, where they were wanted.</summary>
    public static bool Shows(Scene scene, SceneRequest request)
    {
        var objects = scene.Objects;
        if (objects.Count != request.ObjectCount) return false;
        if (request.Second is not { } second) return objects.All(one => Is(one, request.First));
        return Stand(objects[0], objects[1]) || Stand(objects[1], objects[0]);

        bool Stand(SceneObject one, SceneObject other) => Is(one, request.First) && Is(other, second)
            && (request.Relation is not { } relation || Placement.Stands(Displacement.Of(relation, one.X - other.X, one.Y - other.Y)));
    }

    private static bool Is(SceneObject found, WantedObject wanted) => found.Shape == wanted.Shape && (wanted.Color is not { } color || found.Color == color);
}
