using Visalign.Torch;

namespace Visalign.Networks;

/// <summary>What a block of CLIP's towers needs to know besides its weights.</summary>
internal readonly record struct ClipBlockShape(int Heads, ClipActivation Activation, double Epsilon);

/// <summary>A block of CLIP's towers, of text and of pictures alike: attention, then a perceptron, each normalized first.</summary>
internal static class ClipBlock
{
    /// <summary>One block.</summary>
    /// <param name="w">The weights from <c>encoder.layers.i</c> on.</param>
    /// <param name="x">Shape <c>[B, T, D]</c>.</param>
    /// <param name="bias">Broadcast to <c>[B, H, T, T]</c>: what is added to the attention's scores; null for nothing.</param>
    /// <param name="time">
    /// Shape <c>[B, D]</c>: what the block's own linear layer turns into shift, scale and gate of either half; null for a plain block.
    /// </param>
    /// <returns>Shape <c>[B, T, D]</c>.</returns>
    internal static Tensor Run(Weights w, ClipBlockShape shape, Tensor x, Tensor? bias = null, Tensor? time = null)
    {
        using var scope = Tensor.Scope();
        var m = time is null ? null : Layers.Linear(w["adaLN_modulation.1"], time).Unsqueeze(1).Chunk(6, 2);  // [B, 1, D] each
        var mixed = Attention(w["self_attn"], shape, Norm(w["layer_norm1"], x, m?[0], m?[1]), bias);
        x = m is null ? x + mixed : x.GatedSum(m[2], mixed);
        var hidden = Layers.Linear(w["mlp.fc1"], Norm(w["layer_norm2"], x, m?[3], m?[4]));                     // [B, T, hidden]
        hidden = shape.Activation == ClipActivation.Gelu ? hidden.Gelu() : hidden * (hidden * 1.702).Sigmoid();
        hidden = Layers.Linear(w["mlp.fc2"], hidden);
        return scope.Keep(m is null ? x + hidden : x.GatedSum(m[5], hidden));

        Tensor Norm(Weights norm, Tensor value, Tensor? shift, Tensor? scale)
        {
            var plain = Layers.LayerNorm(norm, value, shape.Epsilon);
            return shift is null ? plain : shift.AddProduct(plain, scale! + 1);
        }
    }

    private static Tensor Attention(Weights w, ClipBlockShape shape, Tensor x, Tensor? bias)
    {
        using var scope = Tensor.Scope();
        var (query, key, value) = (Layers.Linear(w["q_proj"], x), Layers.Linear(w["k_proj"], x), Layers.Linear(w["v_proj"], x));
        var mixed = bias is null
            ? Tensor.Cat([query, key, value], 2).SelfAttention(shape.Heads)
            : BiasedAttention.Attend(query, key, value, shape.Heads, 1 / Math.Sqrt(x.Size(2) / shape.Heads), bias);
        return scope.Keep(Layers.Linear(w["out_proj"], mixed));
    }
}
