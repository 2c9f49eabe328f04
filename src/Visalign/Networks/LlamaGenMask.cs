using Visalign.Torch;

namespace Visalign.Networks;

/// <summary>What the tokens of a <see cref="LlamaGenGpt"/> may look at: themselves and earlier ones, but no padding of the caption.</summary>
internal static class LlamaGenMask
{
    /// <summary>The bias of all queries. Padding looks at itself alone.</summary>
    /// <param name="mask">Shape <c>[B, C]</c>: 0 = padding; null for none.</param>
    /// <param name="length">L: tokens from the first of the condition on, at least C.</param>
    /// <returns>Shape <c>[B, 1, L, L]</c>, or <c>[L, L]</c> without padding.</returns>
    internal static Tensor Bias(Tensor? mask, int length)
    {
        using var scope = Tensor.Scope();
        var causal = Tensor.CausalBias(length);
        if (mask is null) return scope.Keep(causal);
        var place = Tensor.Arange(0, length);
        var itself = (place.Unsqueeze(0) - place.Unsqueeze(1)).EqualTo(0);                                    // [L, L]
        return scope.Keep(Tensor.Where(itself, Tensor.Of(0), Tensor.Min(causal, Columns(mask, length))));
    }

    /// <summary>The bias of a query behind all the others.</summary>
    /// <returns>Shape <c>[B, 1, 1, L]</c>.</returns>
    internal static Tensor Columns(Tensor mask, int length)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(BiasedAttention.Padding(mask).Pad([0, length - mask.Size(1)]));
    }
}
