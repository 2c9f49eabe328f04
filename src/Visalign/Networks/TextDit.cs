using System.Text.Json.Serialization;
using Visalign.Torch;

namespace Visalign.Networks;

/// <summary>The size of a <see cref="TextDit"/>.</summary>
public sealed record TextDitConfig
{
    /// <summary>Channels of the latents.</summary>
    public int LatentChannels { get; init; } = 4;
    /// <summary>Height and width of the latents.</summary>
    public int LatentSize { get; init; } = 8;
    /// <summary>Side of the square of latents that makes one token.</summary>
    public int Patch { get; init; } = 2;
    /// <summary>Width of the residual stream.</summary>
    public int Width { get; init; } = 128;
    /// <summary>Transformer blocks.</summary>
    public int Blocks { get; init; } = 6;
    /// <summary>Attention heads.</summary>
    public int Heads { get; init; } = 4;
    /// <summary>Words in the vocabulary, padding included.</summary>
    public int Vocabulary { get; init; } = 64;
    /// <summary>Words in a prompt.</summary>
    public int PromptLength { get; init; } = 8;

    /// <summary>Tokens of a picture.</summary>
    [JsonIgnore]
    public int PictureTokens => LatentSize / Patch * (LatentSize / Patch);
    /// <summary>Numbers in one patch.</summary>
    [JsonIgnore]
    public int PatchLength => LatentChannels * Patch * Patch;
}

/// <summary>A small diffusion transformer: words and patches in one sequence, time through adaptive normalization.</summary>
/// <remarks>Peebles and Xie, arXiv 2212.09748 (adaLN-Zero blocks); text joins the sequence as in single-stream transformers.</remarks>
public static class TextDit
{
    /// <summary>Predicts the velocity.</summary>
    /// <param name="w">The tree <see cref="Initialize"/> makes.</param>
    /// <param name="latents">Shape <c>[B, C, H, W]</c>.</param>
    /// <param name="noiseLevels">Shape <c>[B]</c>, in [0, 1], 1 = noise.</param>
    /// <param name="words">Shape <c>[B, L]</c>, int64; 0 = padding.</param>
    /// <returns>Shape <c>[B, C, H, W]</c>: noise minus data.</returns>
    public static Tensor Velocity(Weights w, TextDitConfig config, Tensor latents, Tensor noiseLevels, Tensor words)
    {
        Expect.Shape(latents, $"B {config.LatentChannels} {config.LatentSize} {config.LatentSize}");
        using var scope = Tensor.Scope();
        int length = config.PromptLength;
        var text = w["text_embedding.weight"].Tensor.Embedding(words);                                  // [B, L, D]
        var picture = Layers.Linear(w["patch_embedding"], Patches(latents, config));                    // [B, N, D]
        var x = Tensor.Cat([text, picture], 1) + w["position_embedding"].Tensor;                        // [B, L+N, D]
        var time = Layers.Linear(w["time.0"], Layers.TimeFeatures(noiseLevels * 1000, config.Width));
        var condition = (Layers.Linear(w["time.2"], time.Silu()) + Layers.Linear(w["text_pool"], text.Mean([1]))).Silu();  // [B, D]
        for (int i = 0; i < config.Blocks; i++)
        {
            using var block = Tensor.Scope();
            // Nothing reads what the last block makes of the words, once the patches have attended to them.
            x = block.Keep(Block(w[$"blocks.{i}"], config, x, condition, skipped: i < config.Blocks - 1 ? 0 : length));
        }
        var modulation = Layers.Linear(w["final.modulation"], condition).Unsqueeze(1).Chunk(2, 2);      // [B, 1, D] each
        return scope.Keep(Picture(Layers.ModulatedLinear(w["final.projection"], x, modulation[0], modulation[1]), config));
    }

    // All tokens attend to one another; the first of them, as many as are skipped, do not go on.
    private static Tensor Block(Weights w, TextDitConfig config, Tensor x, Tensor condition, int skipped)
    {
        var m = Layers.Linear(w["modulation"], condition).Unsqueeze(1).Chunk(6, 2);                     // [B, 1, D] each
        var attention = Layers.ModulatedLinear(w["attention.qkv"], x, m[0], m[1]).SelfAttention(config.Heads);
        if (skipped > 0) (x, attention) = (x.Narrow(1, skipped, x.Size(1) - skipped), attention.Narrow(1, skipped, x.Size(1) - skipped));
        x = x.GatedSum(m[2], Layers.Linear(w["attention.out"], attention));
        var hidden = Layers.ModulatedLinear(w["mlp.0"], x, m[3], m[4]);                                 // [B, T, 4D]
        return x.GatedSum(m[5], Layers.GeluLinear(w["mlp.2"], hidden));
    }

    private static Tensor Patches(Tensor latents, TextDitConfig config)
    {
        int side = config.LatentSize / config.Patch, p = config.Patch;
        return latents.Reshape(-1, config.LatentChannels, side, p, side, p).Permute(0, 2, 4, 1, 3, 5).Reshape(-1, config.PictureTokens, config.PatchLength);
    }

    private static Tensor Picture(Tensor patches, TextDitConfig config)
    {
        int side = config.LatentSize / config.Patch, p = config.Patch;
        return patches.Reshape(-1, side, side, config.LatentChannels, p, p).Permute(0, 3, 1, 4, 2, 5).Reshape(-1, config.LatentChannels, config.LatentSize, config.LatentSize);
    }

    /// <summary>Fresh weights: residual branches start at zero, the rest as usual for transformers.</summary>
    public static List<(string Name, Tensor Value)> Initialize(TextDitConfig config, ulong seed)
    {
        var fresh = new Initializer(seed);
        int d = config.Width;
        // As strong as what the patch embedding gives: at the usual 0.02, places were learned much later.
        fresh.Normal("text_embedding.weight", 0.5, config.Vocabulary, d);
        fresh.Normal("position_embedding", 0.5, config.PromptLength + config.PictureTokens, d);
        fresh.Linear("patch_embedding", config.PatchLength, d);
        fresh.Linear("time.0", d, d);
        fresh.Linear("time.2", d, d);
        fresh.Linear("text_pool", d, d);
        for (int i = 0; i < config.Blocks; i++)
        {
            string block = $"blocks.{i}";
            fresh.Zeros($"{block}.modulation", d, 6 * d);
            fresh.Linear($"{block}.attention.qkv", d, 3 * d);
            fresh.Linear($"{block}.attention.out", d, d);
            fresh.Linear($"{block}.mlp.0", d, 4 * d);
            fresh.Linear($"{block}.mlp.2", 4 * d, d);
        }
        fresh.Zeros("final.modulation", d, 2 * d);
        fresh.Zeros("final.projection", d, config.PatchLength);
        return fresh.Made;
    }
}
