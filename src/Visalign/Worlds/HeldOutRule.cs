namespace Visalign.Worlds;

/// <summary>Which prompts are kept apart from training, so that scores on them measure new combinations.</summary>
/// <remarks>
/// Every single word is trained; only combinations are not. A prompt is held out when it has one of these:
/// <code>
/// color and shape (wherever a color is named)   blue circle, red square, orange square, yellow triangle, green cross
/// shape pair (two objects, position)            triangle and cross, in either order
/// number and shape (counting)                   three squares, four triangles
/// phrasing (single object)                      "draw" with a circle or cross, "show" with a square,
///                                               "a picture of" with a triangle
/// </code>
/// Attributes a prompt leaves open are not affected: a training picture for "a circle" may be blue.
/// </remarks>
public static class HeldOutRule
{
    /// <summary>Whether a prompt is kept apart.</summary>
    /// <param name="request">What the prompt asks for.</param>
    /// <param name="text">The prompt, which asks for it in one of the grammar's phrasings.</param>
    public static bool Holds(SceneRequest request, string text) => request.Task switch
    {
        SceneTask.SingleObject => text.StartsWith(HeldOutLead(request.First.Shape), StringComparison.Ordinal),
        SceneTask.Counting => IsHeldOutCount(request.Count, request.First.Shape) || HasHeldOutColor(request),
        SceneTask.TwoObjects or SceneTask.Position => HasHeldOutPair(request) || HasHeldOutColor(request),
        _ => HasHeldOutColor(request),
    };

    private static string HeldOutLead(ObjectShape shape) => shape switch
    {
        ObjectShape.Square => "show",
        ObjectShape.Triangle => "a picture of",
        _ => "draw",
    };

    private static bool IsHeldOutCount(int count, ObjectShape shape) =>
        (count, shape) is (3, ObjectShape.Square) or (4, ObjectShape.Triangle);

    private static bool HasHeldOutPair(SceneRequest request) =>
        (request.First.Shape, request.Second?.Shape)
            is (ObjectShape.Triangle, ObjectShape.Cross) or (ObjectShape.Cross, ObjectShape.Triangle);

    private static bool HasHeldOutColor(SceneRequest request) =>
        IsHeldOut(request.First) || request.Second is { } second && IsHeldOut(second);

    private static bool IsHeldOut(WantedObject wanted) =>
        (wanted.Color, wanted.Shape)
            is (ObjectColor.Blue, ObjectShape.Circle)
            or (ObjectColor.Red or ObjectColor.Orange, ObjectShape.Square)
            or (ObjectColor.Yellow, ObjectShape.Triangle)
            or (ObjectColor.Green, ObjectShape.Cross);
}
