namespace Visalign.Worlds;

/// <summary>Requests that differ from a request in one fact: a color, a shape, a number, or a place.</summary>
public static class NearMisses
{
    /// <summary>All of them, in a fixed order; a scene of the request may still show one, as "left of" and "above" can both hold.</summary>
    public static IReadOnlyList<SceneRequest> Of(SceneRequest request) => [.. ByFact(request).SelectMany(misses => misses)];

    /// <summary>The same, a list for each fact that can be missed: shape, color, which object has which color, number, place.</summary>
    public static IReadOnlyList<IReadOnlyList<SceneRequest>> ByFact(SceneRequest request) =>
        [.. new[] { Shapes(request), Colors(request), Exchange(request), Numbers(request), Places(request) }.Select(misses => (IReadOnlyList<SceneRequest>)[.. misses]).Where(misses => misses.Count > 0)];

    private static IEnumerable<SceneRequest> Shapes(SceneRequest request)
    {
        foreach (var shape in Enum.GetValues<ObjectShape>())
        {
            // Two objects of one shape would need another sentence.
            if (shape == request.First.Shape || shape == request.Second?.Shape) continue;
            yield return request with { First = request.First with { Shape = shape } };
            if (request.Second is { } second) yield return request with { Second = second with { Shape = shape } };
        }
    }

    private static IEnumerable<SceneRequest> Colors(SceneRequest request)
    {
        foreach (var color in Enum.GetValues<ObjectColor>())
        {
            if (color == request.First.Color || color == request.Second?.Color) continue;
            if (request.First.Color is not null) yield return request with { First = request.First with { Color = color } };
            if (request.Second is { Color: not null } second) yield return request with { Second = second with { Color = color } };
        }
    }

    private static IEnumerable<SceneRequest> Exchange(SceneRequest request) =>
        request is { First: { Color: { } one } first, Second: { Color: { } other } second }
            ? [request with { First = first with { Color = other }, Second = second with { Color = one } }] : [];

    // One object more or less is another task, with a sentence of its own.
    private static IEnumerable<SceneRequest> Numbers(SceneRequest request)
    {
        if (request.Second is { } second)
        {
            yield return Alone(request.First);
            yield return Alone(second);
            yield break;
        }
        for (int count = 1; count <= SceneRequest.MaximumObjects; count++)
            if (count != request.Count) yield return count == 1 ? Alone(request.First) : new(SceneTask.Counting, request.First, Count: count);
    }

    private static SceneRequest Alone(WantedObject wanted) => new(wanted.Color is null ? SceneTask.SingleObject : SceneTask.Colors, wanted);

    private static IEnumerable<SceneRequest> Places(SceneRequest request) =>
        request.Relation is null ? [] : Enum.GetValues<Relation>().Where(relation => relation != request.Relation).Select(relation => request with { Relation = relation });
}
