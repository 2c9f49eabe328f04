using Visalign.Torch;

namespace Visalign.Networks;

/// <summary>Multi-head attention with a bias on its scores, as text encoders need it for masks and positions.</summary>
internal static class BiasedAttention
{
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

    /// <summary>Hides padding from every token.</summary>
    /// <param name="mask">Shape <c>[B, T]</c>, int64: 0 = padding.</param>
    /// <returns>Shape <c>[B, 1, 1, T]</c>.</returns>
    internal static Tensor Padding(Tensor mask)
    {
        using var scope = Tensor.Scope();
        return scope.Keep((mask.EqualTo(0).To(DType.Float32) * Tensor.Unseen).Unsqueeze(1).Unsqueeze(1));
    }
}
