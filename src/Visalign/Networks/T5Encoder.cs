using Visalign.Torch;

namespace Visalign.Networks;

/// <summary>The encoder of T5 and UMT5, under the keys of <c>T5EncoderModel</c> and <c>UMT5EncoderModel</c>.</summary>
/// <remarks>
/// Raffel et al., arXiv 1910.10683; gated layers after Shazeer, arXiv 2002.05202; UMT5: Chung et al., arXiv 2304.09151.
/// No layer has a bias but the scores, which know where tokens stand through it alone and are not scaled.
/// </remarks>
public static class T5Encoder
{
    /// <summary>Encodes texts.</summary>
    /// <param name="w">Everything from <c>encoder</c> and <c>shared</c> on.</param>
    /// <param name="ids">Shape <c>[B, T]</c>, int64.</param>
    /// <param name="mask">Shape <c>[B, T]</c>, int64: 0 = padding that no token sees; null: padding is as good as text, as SD3 and FLUX have it.</param>
    /// <returns>Shape <c>[B, T, D]</c>; rows of padding hold numbers without meaning.</returns>
    /// <exception cref="InputException">The checkpoint lacks a tensor.</exception>
    public static Tensor Encode(Weights w, T5Config config, Tensor ids, Tensor? mask = null)
    {
        Expect.Shape(ids, "B T");
        if (mask is not null) Expect.SameShape(ids, mask);
        using var scope = Tensor.Scope();
        int tokens = (int)ids.Size(1);
        var table = w.Find("shared.weight") ?? w["encoder.embed_tokens.weight"];
        var padding = mask is null ? null : BiasedAttention.Padding(mask);                                 // [B, 1, 1, T]
        var buckets = Tensor.From(RelativeBuckets.OfPairs(tokens, config.Buckets, config.LongestDistance), tokens, tokens);
        w = w["encoder"];
        var shared = config.BiasPerBlock ? null : Bias(w["block.0"], buckets, padding);                    // [B or 1, H, T, T]
        var x = table.Tensor.Embedding(ids);                                                               // [B, T, D]
        for (int i = 0; i < config.Blocks; i++)
        {
            using var block = Tensor.Scope();
            var own = w[$"block.{i}"];
            x = block.Keep(Block(own["layer"], config, x, shared ?? Bias(own, buckets, padding)));
        }
        return scope.Keep(Layers.RmsNorm(w["final_layer_norm"], x, config.Epsilon));
    }

    private static Tensor Bias(Weights block, Tensor buckets, Tensor? padding)
    {
        using var scope = Tensor.Scope();
        var table = block["layer.0.SelfAttention.relative_attention_bias.weight"].Tensor;                  // [buckets, H]
        var bias = table.Embedding(buckets).Permute(2, 0, 1).Unsqueeze(0);                                 // [1, H, T, T]
        return scope.Keep(padding is null ? bias : bias + padding);
    }

    private static Tensor Block(Weights w, T5Config config, Tensor x, Tensor bias)
    {
        using var scope = Tensor.Scope();
        var attention = w["0.SelfAttention"];
        var y = Layers.RmsNorm(w["0.layer_norm"], x, config.Epsilon);
        var mixed = BiasedAttention.Attend(Layers.Linear(attention["q"], y), Layers.Linear(attention["k"], y), Layers.Linear(attention["v"], y), config.Heads, scale: 1, bias);
        x = x + Layers.Linear(attention["o"], mixed);
        var feedForward = w["1.DenseReluDense"];
        y = Layers.RmsNorm(w["1.layer_norm"], x, config.Epsilon);
        var hidden = config.Gated                                                                          // [B, T, hidden]
            ? Layers.Linear(feedForward["wi_0"], y).Gelu(tanh: true) * Layers.Linear(feedForward["wi_1"], y)
            : Layers.Linear(feedForward["wi"], y).Relu();
        return scope.Keep(x + Layers.Linear(feedForward["wo"], hidden));
    }
}
