using Visalign.Torch;

namespace Visalign.Networks;

/// <summary>The transformer of Stable Diffusion 3 and 3.5, under the keys of diffusers' <c>SD3Transformer2DModel</c>.</summary>
/// <remarks>
/// Esser et al., arXiv 2403.03206, figure 2 (MM-DiT). Queries and keys normalized and a second attention of the picture
/// alone: Stability AI's SD3.5 checkpoints.
/// Departures: the last block's text queries, whose results nobody reads, are not used.
/// </remarks>
public static class Sd3Transformer
{
    /// <summary>Predicts the velocity.</summary>
    /// <param name="w">The checkpoint's tree.</param>
    /// <param name="latents">Shape <c>[B, C, H, W]</c>, sides a multiple of the patch.</param>
    /// <param name="timesteps">Shape <c>[B]</c>, noise level times 1000.</param>
    /// <param name="text">Shape <c>[B, L, T]</c>: the text encoders' tokens.</param>
    /// <param name="pooled">Shape <c>[B, P]</c>: the pooled text.</param>
    /// <param name="skippedBlocks">Blocks to leave out, for guidance away from a network that lacks them.</param>
    /// <returns>Shape <c>[B, C, H, W]</c>: noise minus data.</returns>
    /// <exception cref="InputException">The picture is larger than the table of positions.</exception>
    public static Tensor Velocity(Weights w, Sd3TransformerConfig config, Tensor latents, Tensor timesteps, Tensor text, Tensor pooled, params ReadOnlySpan<int> skippedBlocks)
    {
        Expect.Shape(latents, $"B {config.InputChannels} H W");
        Expect.Shape(text, $"B L {config.TextWidth}");
        Expect.Shape(pooled, $"B {config.PooledWidth}");
        using var scope = Tensor.Scope();
        var condition = Sd3Embeddings.Condition(w["time_text_embed"], timesteps, pooled);             // [B, D]
        var tokens = Sd3Embeddings.Picture(w["pos_embed"], config, latents);                          // [B, N, D]
        var words = Layers.Linear(w["context_embedder"], text);                                       // [B, L, D]
        for (int i = 0; i < config.Blocks; i++)
        {
            if (skippedBlocks.Contains(i)) continue;
            var (nextTokens, nextWords) = Sd3Block.Run(w[$"transformer_blocks.{i}"], config, i, tokens, words, condition);
            // A picture's tokens are large, and only the graph, where one is recorded, still needs those of the blocks before.
            tokens.Dispose();
            if (nextWords != words) words.Dispose();
            (tokens, words) = (nextTokens, nextWords);
        }
        var m = Sd3Block.Modulation(w["norm_out.linear"], condition, 2);                              // [B, 1, D] each
        var patches = Layers.Linear(w["proj_out"], tokens.ModulatedNorm(shift: m[1], scale: m[0]));   // [B, N, p·p·C]
        return scope.Keep(Picture(patches, config, latents.Size(2) / config.Patch, latents.Size(3) / config.Patch));
    }

    private static Tensor Picture(Tensor patches, Sd3TransformerConfig config, long rows, long columns)
    {
        int p = config.Patch, channels = config.OutputChannels;
        return patches.Reshape(-1, rows, columns, p, p, channels).Permute(0, 5, 1, 3, 2, 4).Reshape(-1, channels, rows * p, columns * p);
    }
}
