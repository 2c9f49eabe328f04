using Visalign.Torch;

namespace Visalign.Networks;

/// <summary>LlamaGen's GPT: draws a picture as a row of codes, each from the condition and the codes before it.</summary>
/// <remarks>
/// Sun et al., "Autoregressive Model Beats Diffusion: Llama for Scalable Image Generation", arXiv 2406.06525, under the keys of
/// the authors' checkpoints. The condition comes first, then the image tokens; the last position of the condition predicts the
/// first of them. No layer has a bias, and no dropout acts, as in AR-GRPO (arXiv 2508.06924).
/// </remarks>
public static class LlamaGenGpt
{
    /// <summary>The logits of all image tokens, each given the true ones before it.</summary>
    /// <param name="w">The tree of the checkpoint.</param>
    /// <param name="condition">Shape <c>[B, C, D]</c>: what <see cref="LlamaGenConditions"/> embeds.</param>
    /// <param name="tokens">Shape <c>[B, N]</c>, int64; the last one is only predicted, never read.</param>
    /// <param name="mask">Shape <c>[B, C]</c>: 0 where a caption has padding that no token sees; null for none.</param>
    /// <returns>Shape <c>[B, N, V]</c>.</returns>
    public static Tensor Logits(Weights w, LlamaGenGptConfig config, Tensor condition, Tensor tokens, Tensor? mask = null)
    {
        Expect.Shape(condition, $"B {config.ConditionTokens} {config.Width}");
        Expect.Shape(tokens, "B N");
        using var scope = Tensor.Scope();
        long count = tokens.Size(1);
        var fed = w["tok_embeddings.weight"].Tensor.Embedding(tokens.Narrow(1, 0, count - 1));                // [B, N - 1, D]
        var x = Tensor.Cat([condition, fed], 1);                                                              // [B, C + N - 1, D]
        var turns = GridRotary.Table(config, config.Heads + config.KeyHeads, config.KeyHeads).Narrow(0, 0, x.Size(1));
        bool plain = mask is null && config.KeyHeads == config.Heads;
        var bias = plain ? null : LlamaGenMask.Bias(mask, (int)x.Size(1));
        x = Run(w, config, x, turns, (_, packed) => plain ? packed.SelfAttention(config.Heads, causal: true) : Attend(config, packed, bias!));
        return scope.Keep(Head(w, config, x.Narrow(1, config.ConditionTokens - 1, count)));
    }

    /// <summary>The hidden states after all blocks.</summary>
    /// <param name="turns">Shape <c>[L, …, 2]</c>: rows of <see cref="GridRotary.Table"/>.</param>
    /// <param name="attend">From a layer's number and its turned queries, keys and values, packed, to what its heads gathered, shape <c>[B, L, D]</c>.</param>
    internal static Tensor Run(Weights w, LlamaGenGptConfig config, Tensor x, Tensor turns, Func<int, Tensor, Tensor> attend)
    {
        using var scope = Tensor.Scope();
        for (int i = 0; i < config.Layers; i++)
        {
            using var block = Tensor.Scope();
            var own = w[$"layers.{i}"];
            var packed = Layers.Linear(own["attention.wqkv"], Layers.RmsNorm(own["attention_norm"], x, config.Epsilon));
            var h = x + Layers.Linear(own["attention.wo"], attend(i, GridRotary.Turn(packed, turns)));
            var y = Layers.RmsNorm(own["ffn_norm"], h, config.Epsilon);
            var hidden = Layers.Linear(own["feed_forward.w1"], y).SiluProduct(Layers.Linear(own["feed_forward.w3"], y));  // [B, L, hidden]
            x = block.Keep(h + Layers.Linear(own["feed_forward.w2"], hidden));
        }
        return scope.Keep(x);
    }

    /// <summary>Logits of hidden states.</summary>
    internal static Tensor Head(Weights w, LlamaGenGptConfig config, Tensor x)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(Layers.Linear(w["output"], Layers.RmsNorm(w["norm"], x, config.Epsilon)));
    }

    /// <summary>Splits packed queries, keys and values into heads.</summary>
    /// <returns>Shapes <c>[B, H, L, D/H]</c>, for keys and values with their own number of heads.</returns>
    internal static (Tensor Query, Tensor Key, Tensor Value) Heads(LlamaGenGptConfig config, Tensor packed)
    {
        using var scope = Tensor.Scope();
        long keys = config.KeyHeads * config.HeadWidth;
        var parts = packed.Split([config.Width, keys, keys], 2);
        return (scope.Keep(AttentionHeads.Split(parts[0], config.Heads)), scope.Keep(AttentionHeads.Split(parts[1], config.KeyHeads)), scope.Keep(AttentionHeads.Split(parts[2], config.KeyHeads)));
    }

    /// <summary>Attention where each head of keys serves several of queries.</summary>
    /// <param name="query">Shape <c>[B, H, T, D/H]</c>.</param>
    /// <param name="key">Shape <c>[B, K, S, D/H]</c>; value alike.</param>
    /// <param name="bias">Broadcast to <c>[B, H, T, S]</c>; null for none.</param>
    /// <returns>Shape <c>[B, T, D]</c>.</returns>
    internal static Tensor Attend(LlamaGenGptConfig config, Tensor query, Tensor key, Tensor value, Tensor? bias)
    {
        using var scope = Tensor.Scope();
        int served = config.Heads / config.KeyHeads;
        if (served > 1) (key, value) = (key.RepeatInterleave(served, 1), value.RepeatInterleave(served, 1));
        return scope.Keep(AttentionHeads.Join(Tensor.Attend(query, key, value, bias)));
    }

    private static Tensor Attend(LlamaGenGptConfig config, Tensor packed, Tensor bias)
    {
        using var scope = Tensor.Scope();
        var (query, key, value) = Heads(config, packed);
        return scope.Keep(Attend(config, query, key, value, bias));
    }

    /// <summary>Fresh weights: embeddings and layers normal, each layer scaled to its width, the output zero as in LlamaGen.</summary>
    public static List<(string Name, Tensor Value)> Initialize(LlamaGenGptConfig config, ulong seed)
    {
        var fresh = new Initializer(seed);
        int d = config.Width, packed = (config.Heads + 2 * config.KeyHeads) * config.HeadWidth, hidden = config.HiddenWidth;
        LlamaGenConditions.Initialize(fresh, config);
        fresh.Normal("tok_embeddings.weight", 0.5, config.Vocabulary, d);
        for (int i = 0; i < config.Layers; i++)
        {
            string layer = $"layers.{i}";
            Scale($"{layer}.attention_norm");
            Matrix($"{layer}.attention.wqkv", d, packed);
            Matrix($"{layer}.attention.wo", d, d);
            Scale($"{layer}.ffn_norm");
            Matrix($"{layer}.feed_forward.w1", d, hidden);
            Matrix($"{layer}.feed_forward.w3", d, hidden);
            Matrix($"{layer}.feed_forward.w2", hidden, d);
        }
        Scale("norm");
        fresh.Made.Add(("output.weight", Tensor.Zeros([config.Vocabulary, d])));
        return fresh.Made;

        void Matrix(string name, int inputs, int outputs) => fresh.Normal($"{name}.weight", Math.Sqrt(2.0 / (inputs + outputs)), outputs, inputs);
        void Scale(string name) => fresh.Made.Add(($"{name}.weight", Tensor.Ones([d])));
    }
}
