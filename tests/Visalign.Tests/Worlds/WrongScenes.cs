using Visalign.Worlds;

namespace Visalign.Tests.Worlds;

/// <summary>A way to get a request wrong.</summary>
public enum Mistake { WrongCount, WrongColor, WrongShape, WrongRelation, SwappedColors, ExtraObject }

/// <summary>Scenes that deliberately miss a request in one way and fulfill it otherwise.</summary>
internal static class WrongScenes
{
    /// <summary>A scene with the mistake, or null when the request leaves no room for it.</summary>
    public static Scene? Draw(SceneRequest request, Mistake mistake, ulong seed, long index)
    {
        var step = (int)(index % 97);
        if (mistake == Mistake.ExtraObject) return WithExtra(SceneSampler.Draw(request, seed, index), step);
        return Mutate(request, mistake, step) is { } wrong ? SceneSampler.Draw(wrong, seed, index) : null;
    }

    private static SceneRequest? Mutate(SceneRequest request, Mistake mistake, int step) => mistake switch
    {
        Mistake.WrongCount when request.Task == SceneTask.Counting => request with { Count = 1 + (request.Count + step % 3) % 4 },
        Mistake.WrongColor when request.First.Color is { } color =>
            request with { First = request.First with { Color = (ObjectColor)(((int)color + 1 + step % 5) % 6) } },
        Mistake.WrongShape =>
            request with { First = request.First with { Shape = (ObjectShape)(((int)request.First.Shape + 1 + step % 3) % 4) } },
        Mistake.WrongRelation when request.Relation is { } relation => request with { Relation = (Relation)((int)relation ^ 1) },
        Mistake.SwappedColors when request.Task == SceneTask.ColorAttribution => request with
        {
            First = request.First with { Color = request.Second!.Value.Color },
            Second = request.Second.Value with { Color = request.First.Color },
        },
        _ => null,
    };

    private static Scene? WithExtra(Scene scene, int step)
    {
        const double radius = SceneSampler.SmallestRadius;
        for (var place = 0; place < 24 * 24; place++)
        {
            // 577 is prime, so the steps visit the grid of possible centers in a scattered order.
            var (row, column) = Math.DivRem((place + 1) * (41 + step) % 577 % 576, 24);
            var (x, y) = (5.0 + column * 22 / 23, 5.0 + row * 22 / 23);
            if (scene.Objects.All(other =>
                    Math.Max(Math.Abs(other.X - x), Math.Abs(other.Y - y)) >= other.Radius + radius + SceneSampler.Gap))
            {
                var extra = new SceneObject((ObjectShape)(step % 4), (ObjectColor)(step % 6), x, y, radius);
                return scene with { Objects = [.. scene.Objects, extra] };
            }
        }

        return null;
    }
}
