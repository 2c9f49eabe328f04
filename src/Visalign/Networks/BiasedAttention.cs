using Visalign.Torch;

namespace Visalign.Networks;

/// <summary>Multi-head attention with a bias on its scores, as text encoders need it for masks and positions.</summary>
internal static class BiasedAttention
{
    /// <summary>What a forbidden key's score is lowered by: the lowest single-precision number, so that a row without any allowed key stays finite.</summary>
    private const double Forbidden = float.MinValue;

    /// <summary><c>softmax(scale · q·kᵀ + bias) · v</c>, head by head.</summary>
    /// <param name="query">Shape <c>[B, T, H·D]</c>, ordered head, width; key and value alike.</param>
    /// <param name="bias">Broadcast to <c>[B, H, T, T]</c>.</param>
    /// <returns>Shape <c>[B, T, H·D]</c>.</returns>
    internal static Tensor Attend(Tensor query, Tensor key, Tensor value, int heads, double scale, Tensor bias)
    {
        using var scope = Tensor.Scope();
        var scores = (AttentionHeads.Split(query, heads) * scale).MatMul(AttentionHeads.Split(key, heads).Transpose(-2, -1)) + bias;  // [B, H, T, T]
        var mixed = scores.Softmax(-1).MatMul(AttentionHeads.Split(value, heads));                                                    // [B, H, T, D]
        return scope.Keep(AttentionHeads.Join(mixed));
    }

    /// <summary>Lets a token see itself and earlier ones.</summary>
    /// <returns>Shape <c>[T, T]</c>: 0 where a column may be seen from a row.</returns>
    internal static Tensor Causal(int tokens)
    {
        using var scope = Tensor.Scope();
        var place = Tensor.Arange(0, tokens);
        var ahead = place.Unsqueeze(0) - place.Unsqueeze(1);                                               // [T, T], key less query
        return scope.Keep(ahead.Greater(0).To(DType.Float32) * Forbidden);
    }

    /// <summary>Hides padding from every token.</summary>
    /// <param name="mask">Shape <c>[B, T]</c>, int64: 0 = padding.</param>
    /// <returns>Shape <c>[B, 1, 1, T]</c>.</returns>
    internal static Tensor Padding(Tensor mask)
    {
        using var scope = Tensor.Scope();
        return scope.Keep((mask.EqualTo(0).To(DType.Float32) * Forbidden).Unsqueeze(1).Unsqueeze(1));
    }
}
