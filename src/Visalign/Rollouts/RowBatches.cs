namespace Visalign.Rollouts;

/// <summary>Rows in parts, each of one forward pass.</summary>
internal static class RowBatches
{
    /// <summary>Start and length of each part.</summary>
    /// <param name="size">The most rows of a part.</param>
    internal static IEnumerable<(int Start, int Length)> Of(int rows, int size)
    {
        for (int start = 0; start < rows; start += size) yield return (start, Math.Min(size, rows - start));
    }
}
