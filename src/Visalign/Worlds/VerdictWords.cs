using System.Diagnostics;

namespace Visalign.Worlds;

/// <summary>Says in English what was asked and what is wrong.</summary>
internal static class VerdictWords
{
    /// <summary>The request in its plainest words.</summary>
    public static string Wish(SceneRequest request) => PromptGrammar.Phrasings(request)[0];

    /// <summary>The faults of a picture, in the order of backdrop, number, objects, place.</summary>
    public static string Faults(
        SceneRequest request, IReadOnlyList<DetectedObject> found, int[] assigned, int regionCount, Placement placement, string? backdropFault)
    {
        var faults = new List<string>();
        if (backdropFault is not null) faults.Add(backdropFault);
        if (regionCount != request.ObjectCount) faults.Add(CountFault(request, found, regionCount));
        for (var j = 0; j < assigned.Length; j++)
        {
            if (assigned[j] >= 0 && !found[assigned[j]].Is(request[j]))
            {
                faults.Add($"{Describe(found[assigned[j]], request[j])}, asked for {WorldWords.WithArticle(request[j])}");
            }
        }

        if (!placement.Holds && request.Second is { } second && assigned.All(index => index >= 0))
        {
            faults.Add(PlaceFault(request.Relation!.Value, request.First, second, placement.Along));
        }

        return string.Join("; ", faults.Distinct());
    }

    private static string CountFault(SceneRequest request, IReadOnlyList<DetectedObject> found, int regionCount)
    {
        if (regionCount == 0) return "an empty picture, asked for " + Wish(request);

        var asked = WorldWords.Number(request.ObjectCount);
        if (request.Second is null && found.Count == regionCount && found.All(item => item.Is(request.First)))
        {
            var noun = regionCount == 1 ? WorldWords.Bare(request.First) : WorldWords.BarePlural(request.First);
            return $"{WorldWords.Number(regionCount)} {noun}, asked for {asked}";
        }

        return $"{WorldWords.Number(regionCount)} {(regionCount == 1 ? "object" : "objects")}, asked for {asked}";
    }

    // The color is told only where it was asked for or cannot be made out.
    private static string Describe(DetectedObject found, WantedObject wanted)
    {
        var shape = found.HasClearShape ? WorldWords.Name(found.Shape) : "object of unclear shape";
        if (!found.HasClearColor) return found.HasClearShape ? $"a {shape} of unclear color" : "an object of unclear shape and color";
        if (wanted.Color is null) return (found.HasClearShape ? "a " : "an ") + shape;
        return $"{(found.Color is ObjectColor.Orange ? "an" : "a")} {WorldWords.Name(found.Color)} {shape}";
    }

    private static string PlaceFault(Relation relation, WantedObject first, WantedObject second, double along)
    {
        var (subject, other) = (WorldWords.Bare(first), WorldWords.Bare(second));
        return along < 0
            ? $"the {subject} is {WorldWords.Name(Opposite(relation))} the {other}, asked for {WorldWords.Name(relation)}"
            : $"the {subject} is not clearly {WorldWords.Name(relation)} the {other}";
    }

    private static Relation Opposite(Relation relation) => relation switch
    {
        Relation.LeftOf => Relation.RightOf,
        Relation.RightOf => Relation.LeftOf,
        Relation.Above => Relation.Below,
        Relation.Below => Relation.Above,
        _ => throw new UnreachableException(),
    };
}
