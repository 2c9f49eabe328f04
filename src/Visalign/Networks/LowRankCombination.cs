using Visalign.Torch;

namespace Visalign.Networks;

/// <summary>Makes one low-rank change of several of the same layer.</summary>
/// <remarks>
/// The target is <c>Σ w_i s_i B_i A_i</c>. Results have scale 1 and carry no gradient.
/// Departures: PEFT's own <c>svd</c> multiplies by s_i twice; <see cref="Truncated"/> does so once.
/// </remarks>
public static class LowRankCombination
{
    /// <summary>The exact sum: factors side by side.</summary>
    /// <returns>A pair whose rank is the sum of the ranks: <c>A = [w_i s_i A_i]</c> as rows, <c>B = [B_i]</c> as columns.</returns>
    /// <exception cref="InputException">A DoRA pair, whose change is no sum.</exception>
    public static LowRankPair Concatenated(params IReadOnlyList<(LowRankPair Pair, double Weight)> parts)
    {
        using var noGradient = Autograd.NoGrad();
        using var scope = Tensor.Scope();
        Check(parts);
        var down = Tensor.Cat([.. parts.Select(part => part.Pair.Down * (part.Weight * part.Pair.Scale))], 0);  // [Σr, in…]
        var up = Tensor.Cat([.. parts.Select(part => part.Pair.Up)], 1);                                        // [out, Σr…]
        return new(scope.Keep(down), scope.Keep(up), 1);
    }

    /// <summary>The sums of the factors; <b>not</b> the sum of the changes, since products of different adapters' factors appear.</summary>
    /// <returns>A pair of the common rank: <c>A = Σ √(w_i s_i) A_i</c>, <c>B = Σ √(w_i s_i) B_i</c>.</returns>
    /// <exception cref="InputException">Ranks differ, a weight times its scale is negative, or a DoRA pair.</exception>
    public static LowRankPair OfFactors(params IReadOnlyList<(LowRankPair Pair, double Weight)> parts)
    {
        using var noGradient = Autograd.NoGrad();
        using var scope = Tensor.Scope();
        Check(parts);
        if (parts.Any(part => part.Pair.Rank != parts[0].Pair.Rank)) throw new InputException($"Factors of ranks {string.Join(", ", parts.Select(part => part.Pair.Rank))} cannot be added; combine them side by side.");
        if (parts.Any(part => part.Weight * part.Pair.Scale < 0)) throw new InputException("Factors are added with the roots of their weights, and a negative weight has none; combine them side by side.");
        return new(scope.Keep(Sum(parts, pair => pair.Down)), scope.Keep(Sum(parts, pair => pair.Up)), 1);
    }

    /// <summary>The best approximation of the sum that has a given rank.</summary>
    /// <remarks>Eckart and Young, 1936. The sum has at most rank Σr, so that no matrix larger than the factors is decomposed.</remarks>
    /// <param name="rank">Not above the sum of the ranks.</param>
    /// <exception cref="InputException">A rank that is too high, or a DoRA pair.</exception>
    public static LowRankPair Truncated(int rank, params IReadOnlyList<(LowRankPair Pair, double Weight)> parts)
    {
        using var noGradient = Autograd.NoGrad();
        using var scope = Tensor.Scope();
        var exact = Concatenated(parts);
        var (down, up) = (exact.Down.Reshape(exact.Rank, -1).To(DType.Float64), exact.Up.Reshape(exact.Up.Size(0), -1).To(DType.Float64));
        var left = up.SingularValues();                                                           // U [out, k], S [k], Vᵀ [k, Σr]
        var right = down.SingularValues();                                                        // U [Σr, l], S [l], Vᵀ [l, in]
        var core = (left.Values.Unsqueeze(1) * left.Right.MatMul(right.Left) * right.Values).SingularValues();
        if (rank < 1 || rank > core.Values.Size(0)) throw new InputException($"A sum of rank {core.Values.Size(0)} cannot be approximated at rank {rank}; choose 1 to {core.Values.Size(0)}.");
        var roots = core.Values.Narrow(0, 0, rank).Sqrt();                                        // [rank]
        up = left.Left.MatMul(core.Left.Narrow(1, 0, rank)) * roots;                              // [out, rank]
        down = roots.Unsqueeze(1) * core.Right.Narrow(0, 0, rank).MatMul(right.Right);            // [rank, in…]
        return new(scope.Keep(down.To(DType.Float32).Reshape([rank, .. exact.Down.Shape[1..]])),
            scope.Keep(up.To(DType.Float32).Reshape([exact.Up.Size(0), rank, .. exact.Up.Shape[2..]])), 1);
    }

    private static Tensor Sum(IReadOnlyList<(LowRankPair Pair, double Weight)> parts, Func<LowRankPair, Tensor> factor) =>
        parts.Select(part => factor(part.Pair) * Math.Sqrt(part.Weight * part.Pair.Scale)).Aggregate((sum, next) => sum + next);

    private static void Check(IReadOnlyList<(LowRankPair Pair, double Weight)> parts)
    {
        if (parts.Count == 0) throw new ArgumentException("Nothing to combine.");
        if (parts.Any(part => part.Pair.Magnitude is not null)) throw new InputException("The change of a DoRA adapter is not linear in its factors, so it cannot be combined with others; merge it into the base instead.");
    }
}
