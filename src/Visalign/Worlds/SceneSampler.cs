using System.Diagnostics;
using Visalign.Torch;

namespace Visalign.Worlds;

/// <summary>Invents scenes that satisfy a request: what the request leaves open is random.</summary>
/// <remarks>
/// Places are drawn until all objects fit: every object's box lies at least <see cref="Border"/> inside the picture and at
/// least <see cref="Gap"/> from the next box along one axis; a relation holds along its own axis, with the
/// objects at least as far apart along it as across it.
/// </remarks>
public static class SceneSampler
{
    /// <summary>Least distance between the boxes of two objects, in pixels.</summary>
    public const double Gap = 3;

    /// <summary>Least distance between an object's box and the picture's edge, in pixels.</summary>
    public const double Border = 1;

    /// <summary>The smallest radius, in pixels.</summary>
    public const double SmallestRadius = 4;

    private const int MaximumAttempts = 100_000;

    /// <summary>The scene with this number; a pure function of its arguments.</summary>
    /// <param name="request">What the scene must show.</param>
    /// <param name="seed">Chooses the sequence of scenes.</param>
    /// <param name="index">Chooses the scene in the sequence; any number from 0.</param>
    public static Scene Draw(SceneRequest request, ulong seed, long index)
    {
        var random = new RandomSequence(new(seed, NoisePurpose.Scene, Sample: index));
        var background = Palette.Backgrounds[random.Below(Palette.Backgrounds.Length)];
        var objects = new SceneObject[request.ObjectCount];
        var largest = LargestRadius(objects.Length);

        for (var attempt = 0; attempt < MaximumAttempts; attempt++)
        {
            for (var i = 0; i < objects.Length; i++)
            {
                var wanted = request[i];
                var color = wanted.Color ?? (ObjectColor)random.Below(Palette.ColorCount);
                var radius = random.Between(SmallestRadius, largest);
                var reach = Border + radius;
                var x = random.Between(reach, Scene.Size - reach);
                var y = random.Between(reach, Scene.Size - reach);
                objects[i] = new SceneObject(wanted.Shape, color, x, y, radius);
            }

            if (Fits(objects) && Obeys(request.Relation, objects)) return new Scene(background, objects);
        }

        throw new UnreachableException($"No place for {objects.Length} objects after {MaximumAttempts} attempts.");
    }

    // More objects need smaller ones, or placing them takes too many attempts.
    private static double LargestRadius(int count) => count switch { 1 => 7, 2 => 6.5, 3 => 5.5, _ => 4.8 };

    private static bool Fits(ReadOnlySpan<SceneObject> objects)
    {
        for (var i = 1; i < objects.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var (a, b) = (objects[i], objects[j]);
                var apart = Math.Max(Math.Abs(a.X - b.X), Math.Abs(a.Y - b.Y));
                if (apart < a.Radius + b.Radius + Gap) return false;
            }
        }

        return true;
    }

    private static bool Obeys(Relation? relation, ReadOnlySpan<SceneObject> objects)
    {
        if (relation is not { } wanted) return true;

        var (first, second) = (objects[0], objects[1]);
        var (along, across) = Displacement.Of(wanted, first.X - second.X, first.Y - second.Y);
        return along >= first.Radius + second.Radius + Gap && along >= across;
    }
}
