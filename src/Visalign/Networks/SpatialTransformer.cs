using Visalign.Torch;

namespace Visalign.Networks;

/// <summary>The transformer inside a UNet's level: picture positions attend to one another and to the text.</summary>
/// <remarks>
/// Rombach et al., arXiv 2112.10752, appendix E.2.1; the gated feed-forward is GEGLU (Shazeer, arXiv 2002.05202):
/// value times the exact GELU of the gate, in this order in <c>net.0.proj</c>.
/// </remarks>
internal static class SpatialTransformer
{
    private const double GroupEpsilon = 1e-6;

    /// <summary>Runs it as a residual branch.</summary>
    /// <param name="level">Of the UNet, 0 is the finest: decides heads and depth.</param>
    /// <param name="x">Shape <c>[B, C, H, W]</c>; tokens are its positions, row by row.</param>
    /// <param name="text">Shape <c>[B, L, E]</c>.</param>
    /// <returns>Shape <c>[B, C, H, W]</c>.</returns>
    internal static Tensor Of(Weights w, UnetConfig config, int level, Tensor x, Tensor text)
    {
        using var scope = Tensor.Scope();
        var h = Layers.GroupNorm(w["norm"], x, config.Groups, GroupEpsilon);
        h = config.LinearProjection ? Layers.Linear(w["proj_in"], Tokens(h)) : Tokens(Layers.Conv(w["proj_in"], h));      // [B, HW, C]
        for (int i = 0; i < config.Depths[level]; i++) h = Block(w[$"transformer_blocks.{i}"], config.Heads[level], h, text);
        h = config.LinearProjection ? Picture(Layers.Linear(w["proj_out"], h), x) : Layers.Conv(w["proj_out"], Picture(h, x));
        return scope.Keep(x + h);
    }

    private static Tensor Block(Weights w, int heads, Tensor x, Tensor text)
    {
        using var scope = Tensor.Scope();
        var own = Layers.LayerNorm(w["norm1"], x);
        x = x + CrossAttention.Of(w["attn1"], own, own, heads);
        x = x + CrossAttention.Of(w["attn2"], Layers.LayerNorm(w["norm2"], x), text, heads);
        var hidden = Layers.Linear(w["ff.net.0.proj"], Layers.LayerNorm(w["norm3"], x)).Geglu();                          // [B, HW, 4C]
        return scope.Keep(x + Layers.Linear(w["ff.net.2"], hidden));
    }

    private static Tensor Tokens(Tensor picture) => picture.Reshape(picture.Size(0), picture.Size(1), -1).Transpose(1, 2);

    private static Tensor Picture(Tensor tokens, Tensor like) => tokens.Transpose(1, 2).Reshape(like.Size(0), -1, like.Size(2), like.Size(3));
}
