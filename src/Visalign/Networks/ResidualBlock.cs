using Visalign.Torch;

namespace Visalign.Networks;

/// <summary>The residual block that UNets and autoencoders of latent diffusion share: twice normalization, SiLU, convolution.</summary>
internal static class ResidualBlock
{
    /// <summary>Runs a block under its checkpoint's keys <c>norm1</c>, <c>conv1</c>, <c>time_emb_proj</c>, <c>norm2</c>, <c>conv2</c>, <c>conv_shortcut</c> or <c>nin_shortcut</c>.</summary>
    /// <param name="x">Shape <c>[B, C, H, W]</c>.</param>
    /// <param name="groups">Of the normalizations.</param>
    /// <param name="epsilon">Of the normalizations: 1e-5 in UNets, 1e-6 in autoencoders.</param>
    /// <param name="time">Shape <c>[B, T]</c>, after its SiLU; shifts the channels between the convolutions. Null in autoencoders.</param>
    /// <returns>Shape <c>[B, C', H, W]</c>.</returns>
    internal static Tensor Of(Weights w, Tensor x, int groups, double epsilon, Tensor? time = null)
    {
        using var scope = Tensor.Scope();
        var h = Layers.Conv(w["conv1"], Layers.GroupNormSilu(w["norm1"], x, groups, epsilon));     // [B, C', H, W]
        if (time is not null) h = h + Layers.Linear(w["time_emb_proj"], time).Unsqueeze(-1).Unsqueeze(-1);
        h = Layers.Conv(w["conv2"], Layers.GroupNormSilu(w["norm2"], h, groups, epsilon));
        // Present where the number of channels changes: under its name in diffusers, or in the older code that LlamaGen took over.
        return scope.Keep(((w.Find("conv_shortcut") ?? w.Find("nin_shortcut")) is { } shortcut ? Layers.Conv(shortcut, x) : x) + h);
    }
}
