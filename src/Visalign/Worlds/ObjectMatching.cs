namespace Visalign.Worlds;

/// <summary>Assigns found objects to wanted ones so that their confidences sum up highest.</summary>
internal static class ObjectMatching
{
    // Between pairs that match equally badly, prefers the one that has the shape or the color right: the explanation reads better.
    private const double HalfRight = 0.01;

    /// <summary>Finds the best assignment by dynamic programming over the sets of wanted objects already served.</summary>
    /// <returns>For each wanted object the index of its found object, or -1 when there are too few.</returns>
    public static int[] Best(SceneRequest request, IReadOnlyList<DetectedObject> found)
    {
        var setCount = 1 << request.ObjectCount;
        var best = new double[setCount];
        var choices = new int[found.Count, setCount];
        Array.Fill(best, double.NegativeInfinity);
        best[0] = 0;

        for (var i = 0; i < found.Count; i++)
        {
            // Downwards, so that every object serves once: smaller sets still hold the values without object i.
            for (var set = setCount - 1; set >= 0; set--)
            {
                choices[i, set] = -1;
                for (var j = 0; j < request.ObjectCount; j++)
                {
                    if ((set & 1 << j) == 0) continue;
                    var value = best[set & ~(1 << j)] + Match(request[j], found[i]) + HalfMatch(request[j], found[i]);
                    if (value > best[set]) (best[set], choices[i, set]) = (value, j);
                }
            }
        }

        return Trace(choices, Array.IndexOf(best, best.Max()), request.ObjectCount);
    }

    /// <summary>How well a found object serves a wanted one, in [0, 1]: confidence in the shape times confidence in the color.</summary>
    public static double Match(WantedObject wanted, DetectedObject found) =>
        (double)found.Confidence(wanted.Shape) * found.Confidence(wanted.Color);

    private static double HalfMatch(WantedObject wanted, DetectedObject found) =>
        HalfRight * (found.Confidence(wanted.Shape) + found.Confidence(wanted.Color));

    private static int[] Trace(int[,] choices, int set, int wantedCount)
    {
        var assigned = new int[wantedCount];
        Array.Fill(assigned, -1);
        for (var i = choices.GetLength(0) - 1; i >= 0; i--)
        {
            if (choices[i, set] is not (>= 0 and var j)) continue;
            assigned[j] = i;
            set &= ~(1 << j);
        }

        return assigned;
    }
}
