using Visalign.Torch;

namespace Visalign.Objectives;

/// <summary>How the losses of a batch's tokens become one; they differ where sequences have different lengths.</summary>
public enum TokenAggregation
{
    /// <summary>Mean over all tokens of the batch (<c>bnpo</c> in TRL).</summary>
    TokenMean,
    /// <summary>Mean over sequences of each one's mean (<c>grpo</c>: Shao et al., arXiv 2402.03300).</summary>
    SequenceMean,
    /// <summary>Sum over the longest possible length and the sequences (<c>dr_grpo</c>: Liu et al., arXiv 2503.20783).</summary>
    FixedLength,
}

/// <summary>Losses of tokens, made one.</summary>
public static class TokenLoss
{
    /// <summary>The loss of a batch.</summary>
    /// <param name="losses">Shape <c>[B, N]</c>: of each token.</param>
    /// <param name="mask">Shape <c>[B, N]</c>, float32: 1 = counts.</param>
    /// <param name="longest">Tokens a sequence may have; <see cref="TokenAggregation.FixedLength"/> divides by it.</param>
    /// <returns>Scalar.</returns>
    public static Tensor Aggregate(Tensor losses, Tensor mask, TokenAggregation aggregation, int longest)
    {
        Expect.SameShape(losses, mask);
        using var scope = Tensor.Scope();
        var counted = losses * mask;
        return scope.Keep(aggregation switch
        {
            TokenAggregation.TokenMean => counted.Sum() / mask.Sum().Clamp(low: 1),
            TokenAggregation.SequenceMean => (counted.Sum([1]) / mask.Sum([1]).Clamp(low: 1)).Mean(),
            TokenAggregation.FixedLength => counted.Sum() / ((double)losses.Size(0) * longest),
            _ => throw new ArgumentOutOfRangeException(nameof(aggregation), aggregation, null),
        });
    }
}
