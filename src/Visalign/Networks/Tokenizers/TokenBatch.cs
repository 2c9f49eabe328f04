namespace Visalign.Networks.Tokenizers;

/// <summary>The tokens of several texts, padded to one length.</summary>
/// <param name="Ids">Token ids, a text after the other.</param>
/// <param name="Mask">1 where a token is a text's own, 0 where it is padding.</param>
/// <param name="Length">Tokens of each text, padding included.</param>
public sealed record TokenBatch(long[] Ids, long[] Mask, int Length)
{
    /// <summary>Number of texts.</summary>
    public int Count => Ids.Length / Length;

    /// <summary>Fills rows up with padding.</summary>
    /// <param name="rows">No longer than <paramref name="length"/>.</param>
    internal static TokenBatch Pad(IReadOnlyList<int[]> rows, int length, int padding)
    {
        var ids = new long[rows.Count * length];
        var mask = new long[ids.Length];
        Array.Fill(ids, padding);
        for (int i = 0; i < rows.Count; i++)
            for (int j = 0; j < rows[i].Length; j++)
                (ids[i * length + j], mask[i * length + j]) = (rows[i][j], 1);
        return new(ids, mask, length);
    }
}
