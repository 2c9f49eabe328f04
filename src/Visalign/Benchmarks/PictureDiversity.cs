using Visalign.Pictures;

namespace Visalign.Benchmarks;

/// <summary>How different the pictures of one prompt are from each other; alignment that collapses onto one picture shows here first.</summary>
public static class PictureDiversity
{
    /// <summary>Mean distance between two pictures of the same group, averaged over groups.</summary>
    /// <remarks>
    /// <code>mean over groups of  Σ_{i &lt; j} ‖x_i − x_j‖₂ / (n (n − 1) / 2)</code>
    /// Every group counts the same, whatever its size; groups of one picture have no pair and are left out.
    /// </remarks>
    /// <param name="pictures">B pictures.</param>
    /// <param name="groups">B group ids, usually the index of the prompt; in any order.</param>
    /// <returns>In [0, sqrt(3·H·W)]: 0 when the pictures of every group are equal, sqrt(3·H·W) between black and white.</returns>
    /// <exception cref="InputException">Not one id for each picture, or no group with two pictures.</exception>
    public static double MeanPairwiseDistance(PictureBatch pictures, IReadOnlyList<int> groups)
    {
        if (groups.Count != pictures.Count)
            throw new InputException($"diversity: {pictures.Count} pictures but {groups.Count} group ids; expected one id for each picture.");

        var members = Enumerable.Range(0, pictures.Count).GroupBy(i => groups[i]).Select(g => g.ToArray()).Where(g => g.Length > 1).ToArray();
        if (members.Length == 0)
            throw new InputException("diversity: every prompt has a single picture; expected at least one with two or more. Raise the group size.");

        return members.Average(group => GroupDistance(pictures, group));
    }

    private static double GroupDistance(PictureBatch pictures, int[] group)
    {
        var total = 0.0;
        for (var i = 0; i < group.Length; i++)
            for (var j = i + 1; j < group.Length; j++)
                total += Distance(pictures[group[i]], pictures[group[j]]);
        return total / (group.Length * (group.Length - 1) / 2.0);
    }

    private static double Distance(ReadOnlySpan<float> first, ReadOnlySpan<float> second)
    {
        var squares = 0.0;
        for (var i = 0; i < first.Length; i++)
        {
            var difference = (double)first[i] - second[i];
            squares += difference * difference;
        }
        return Math.Sqrt(squares);
    }
}
