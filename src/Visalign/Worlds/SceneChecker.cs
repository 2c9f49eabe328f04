namespace Visalign.Worlds;

/// <summary>The judge that knows the truth: does a picture show what was asked?</summary>
/// <remarks>
/// Finds the regions that stand out (<see cref="Segmentation"/>), names their shape and color, assigns them to the
/// wanted objects (<see cref="ObjectMatching"/>) and grades:
/// <code>
/// m_j     = shape confidence times color confidence of the object assigned to wanted object j, 0 without one
/// objects = sum of m_j / max(wanted, found)
/// place   = (1 + ramp) / 2 for position, otherwise 1;  ramp = clamp((along + 10) / (needed + 10), 0, 1)
/// needed  = max(6, 0.7 across) pixels between the centers, along and across the relation's direction
/// grade   = objects times place times (1 on a plain grey backdrop, otherwise 0.8)
/// score   = 0.8 grade, or 0.8 + 0.2 grade when correct
/// </code>
/// Correct demands as many objects as wanted, each clearly of its shape and color, along &gt;= needed, and a plain grey
/// backdrop. Thus no incorrect picture scores above a correct one, and 1 is reached by flawless pictures alone.
/// </remarks>
public static class SceneChecker
{
    // More regions than this are counted but no longer measured; no such picture comes near a request.
    private const int MostMeasured = 12;

    private const double CorrectFloor = 0.8;
    private const double UntidyFactor = 0.8;

    /// <summary>Judges one picture.</summary>
    /// <param name="picture">Shape <c>[3, 32, 32]</c>, finite; values outside [0, 1] are clamped.</param>
    /// <param name="request">What was asked.</param>
    /// <exception cref="InputException">The picture has another size or holds NaN or infinity.</exception>
    public static Verdict Check(ReadOnlySpan<float> picture, SceneRequest request)
    {
        Validate(picture);
        var segmentation = new Segmentation(picture);
        var found = new List<DetectedObject>();
        for (var region = 0; region < Math.Min(segmentation.RegionCount, MostMeasured); region++)
        {
            found.Add(new DetectedObject(segmentation, region));
        }

        var assigned = ObjectMatching.Best(request, found);
        var matched = 0.0;
        var allClear = segmentation.RegionCount == request.ObjectCount;
        for (var j = 0; j < assigned.Length; j++)
        {
            if (assigned[j] < 0) continue;
            matched += ObjectMatching.Match(request[j], found[assigned[j]]);
            allClear &= found[assigned[j]].Is(request[j]);
        }

        var objects = matched / Math.Max(request.ObjectCount, segmentation.RegionCount);
        var placement = Placement.Of(request, found, assigned);
        var backdropFault = BackdropFault.Of(segmentation);
        // Confidences are single precision, so their mean may pass 1 by a rounding error.
        var grade = Math.Min(1, objects * placement.Grade * (backdropFault is null ? 1 : UntidyFactor));
        var correct = allClear && placement.Holds && backdropFault is null;
        var score = correct ? CorrectFloor + (1 - CorrectFloor) * grade : CorrectFloor * grade;
        var explanation = correct
            ? $"as asked: {VerdictWords.Wish(request)}"
            : VerdictWords.Faults(request, found, assigned, segmentation.RegionCount, placement, backdropFault);
        return new Verdict(correct, score, request.Task, explanation);
    }

    private static void Validate(ReadOnlySpan<float> picture)
    {
        if (picture.Length != 3 * Scene.Size * Scene.Size)
        {
            throw new InputException(
                $"picture: {picture.Length} numbers, expected 3 x {Scene.Size} x {Scene.Size}. Scale it to {Scene.Size} by {Scene.Size} first.");
        }

        var bad = picture.IndexOfAnyExceptInRange(float.MinValue, float.MaxValue);
        if (bad >= 0)
        {
            throw new InputException(
                $"picture: the number at {bad} is {picture[bad]}, expected finite numbers in [0, 1]. The generator has diverged.");
        }
    }
}
