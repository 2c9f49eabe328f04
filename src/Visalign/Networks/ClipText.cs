using Visalign.Torch;

namespace Visalign.Networks;

/// <summary>What a <see cref="ClipText"/> makes of token ids.</summary>
/// <param name="HiddenStates">Shape <c>[B, T, D]</c> each: the embedding, then what every block leaves, none of them normalized.</param>
/// <param name="LastHiddenState">Shape <c>[B, T, D]</c>: the last of them, normalized.</param>
/// <param name="Pooled">Shape <c>[B, D]</c>: its row where the text ends.</param>
public sealed record ClipTextStates(IReadOnlyList<Tensor> HiddenStates, Tensor LastHiddenState, Tensor Pooled);

/// <summary>CLIP's text encoder, under the keys of <c>CLIPTextModel</c> and <c>CLIPTextModelWithProjection</c>.</summary>
/// <remarks>Radford et al., arXiv 2103.00020: a transformer that normalizes first, whose tokens see themselves and earlier ones.</remarks>
public static partial class ClipText
{
    /// <summary>Encodes texts.</summary>
    /// <param name="w">Everything from <c>text_model</c> on.</param>
    /// <param name="ids">Shape <c>[B, T]</c>, int64; T at most <see cref="ClipTextConfig.Positions"/>.</param>
    /// <param name="mask">Shape <c>[B, T]</c>, int64: 0 = padding that no token sees; null: padding is as good as text, as in the diffusion pipelines.</param>
    /// <exception cref="InputException">The texts are longer than the network has positions, or the checkpoint lacks a tensor.</exception>
    public static ClipTextStates Encode(Weights w, ClipTextConfig config, Tensor ids, Tensor? mask = null)
    {
        Expect.Shape(ids, "B T");
        if (mask is not null) Expect.SameShape(ids, mask);
        int tokens = (int)ids.Size(1);
        if (tokens > config.Positions) throw new InputException($"The text encoder has {config.Positions} positions, got texts of {tokens} tokens; shorten them to fit.");
        using var scope = Tensor.Scope();
        w = w["text_model"];
        var bias = Tensor.CausalBias(tokens);                                                               // [T, T]
        if (mask is not null) bias = bias + BiasedAttention.Padding(mask);                                 // [B, 1, T, T]
        List<Tensor> states = [Embedding(w["embeddings"], ids)];                                           // [B, T, D]
        for (int i = 0; i < config.Blocks; i++) states.Add(ClipBlock.Run(w[$"encoder.layers.{i}"], config.Block, states[^1], bias));
        var last = Norm(w["final_layer_norm"], config, states[^1]);
        var pooled = last.Gather(1, Ends(config, ids).Reshape(-1, 1, 1).Expand(-1, 1, config.Width)).Squeeze(1);  // [B, D]
        return new(scope.Keep([.. states]), scope.Keep(last), scope.Keep(pooled));
    }

    /// <summary>The pooled state in the space that CLIP shares with pictures (<c>text_embeds</c>).</summary>
    /// <param name="w">The same tree; it holds <c>text_projection.weight</c>.</param>
    /// <param name="pooled">Shape <c>[B, D]</c>.</param>
    /// <returns>Shape <c>[B, P]</c>.</returns>
    /// <exception cref="InputException">The checkpoint has no projection.</exception>
    public static Tensor Project(Weights w, Tensor pooled) => Layers.Linear(w["text_projection"], pooled);

    /// <summary>A hidden state through the normalization that ends the network.</summary>
    /// <param name="state">Shape <c>[B, T, D]</c>.</param>
    public static Tensor Normalize(Weights w, ClipTextConfig config, Tensor state) => Norm(w["text_model.final_layer_norm"], config, state);

    private static Tensor Embedding(Weights w, Tensor ids)
    {
        using var scope = Tensor.Scope();
        var positions = w["position_embedding.weight"].Tensor.Narrow(0, 0, ids.Size(1));                   // [T, D]
        return scope.Keep(w["token_embedding.weight"].Tensor.Embedding(ids) + positions);
    }

    private static Tensor Norm(Weights w, ClipTextConfig config, Tensor x) => Layers.LayerNorm(w, x, config.Epsilon);

    // The first of equal values counts; a text without the token is pooled at its beginning.
    private static Tensor Ends(ClipTextConfig config, Tensor ids) =>
        config.PooledToken is { } end ? ids.EqualTo(end).To(DType.Int64).ArgMax(1) : ids.ArgMax(1);        // [B]
}
