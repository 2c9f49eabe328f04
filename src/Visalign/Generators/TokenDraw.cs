using Visalign.Torch;

namespace Visalign.Generators;

/// <summary>Draws tokens from distributions, one uniform number for each.</summary>
public static class TokenDraw
{
    /// <summary>The token at which the sum of the probabilities passes a number, in the order of the vocabulary.</summary>
    /// <param name="shares">V numbers of at least 0, not all 0; they need not sum to 1.</param>
    /// <param name="uniform">In [0, 1).</param>
    /// <returns>A token whose share is above 0.</returns>
    public static int At(ReadOnlySpan<float> shares, double uniform)
    {
        double total = 0;
        foreach (float share in shares) total += share;
        double left = uniform * total;
        int last = -1;
        for (int token = 0; token < shares.Length; token++)
        {
            if (!(shares[token] > 0)) continue;
            last = token;
            left -= shares[token];
            if (left < 0) return token;
        }
        // Rounding may leave a little of the sum behind the last one.
        return last >= 0 ? last : throw new InvalidOperationException("No token has a share above zero; are the logits finite?");
    }

    /// <summary>A token for each row, by the number of its sample.</summary>
    /// <param name="filtered">Shape <c>[B, V]</c>: logits.</param>
    /// <param name="key">The stream of sample 0; the step is the token's index in its picture.</param>
    /// <param name="firstSample">The first row's sample; each next row adds one.</param>
    /// <returns>B tokens, and the log-probability of each.</returns>
    public static (long[] Tokens, float[] LogProbs) Rows(Tensor filtered, NoiseKey key, long firstSample)
    {
        Expect.Shape(filtered, "B V");
        int rows = (int)filtered.Size(0), width = (int)filtered.Size(1);
        float[] logShares, shares;
        using (Tensor.Scope())
        {
            var logs = filtered.LogSoftmax(-1);
            (logShares, shares) = (logs.ToArray<float>(), logs.Exp().ToArray<float>());
        }
        var (tokens, logProbs) = (new long[rows], new float[rows]);
        for (int row = 0; row < rows; row++)
        {
            int token = At(shares.AsSpan(row * width, width), Noise.Uniform(key with { Sample = firstSample + row }));
            (tokens[row], logProbs[row]) = (token, logShares[row * width + token]);
        }
        return (tokens, logProbs);
    }
}
