using Visalign.Torch.Processes;

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

    /// <summary>The rows that fall to this process: whole parts, so that their bits do not depend on how many processes there are.</summary>
    internal static (int Start, int Length) Share(ProcessGroup processes, int rows, int size)
    {
        var batches = Of(rows, size).ToList();
        var (start, length) = processes.Share(batches.Count);
        return length == 0 ? (rows, 0) : (batches[start].Start, batches.GetRange(start, length).Sum(batch => batch.Length));
    }
}
