using Visalign.Torch;

namespace Visalign.Networks;

/// <summary>The autoencoder of Stable Diffusion, SDXL, SD3 and FLUX, under the keys of diffusers' <c>AutoencoderKL</c>.</summary>
/// <remarks>Rombach et al., arXiv 2112.10752, appendix G; Esser et al., arXiv 2403.03206, section 5.2.1 for sixteen channels.</remarks>
public static class KlAutoencoder
{
    private const double NormEpsilon = 1e-6;

    /// <summary>Mean and log-variance of a picture's latents, before the denoiser's scaling.</summary>
    /// <param name="w">The tree of <c>vae/diffusion_pytorch_model.safetensors</c>.</param>
    /// <param name="pictures">Shape <c>[B, 3, H, W]</c>, in [-1, 1].</param>
    /// <returns>Shape <c>[B, 2C, H/f, W/f]</c>, f = 2 to the number of levels less one: what <see cref="LatentPosterior.Of"/> reads.</returns>
    public static Tensor Encode(Weights w, KlAutoencoderConfig config, Tensor pictures)
    {
        Expect.Shape(pictures, $"B {config.InChannels} H W");
        using var scope = Tensor.Scope();
        var encoder = w["encoder"];
        var x = Layers.Conv(encoder["conv_in"], pictures);
        int coarsest = config.Channels.Count - 1;
        for (int level = 0; level <= coarsest; level++)
        {
            var block = encoder[$"down_blocks.{level}"];
            for (int i = 0; i < config.Layers; i++) Then(ref x, Residual(block[$"resnets.{i}"], config, x));
            if (level < coarsest) Then(ref x, Downsampled(block["downsamplers.0.conv"], x));
        }
        Then(ref x, Middle(encoder["mid_block"], config, x));
        Then(ref x, Out(encoder, config, x));                                                      // [B, 2C, H/f, W/f]
        if (config.QuantConv) Then(ref x, Layers.Conv(w["quant_conv"], x));
        return scope.Keep(x);
    }

    /// <summary>Pictures from latents.</summary>
    /// <param name="w">The tree of <c>vae/diffusion_pytorch_model.safetensors</c>.</param>
    /// <param name="latents">Shape <c>[B, C, h, w]</c>, without the denoiser's scaling: <see cref="FromDenoiser"/> takes it off.</param>
    /// <returns>Shape <c>[B, 3, h·f, w·f]</c>; [-1, 1] is black to white, not yet clamped.</returns>
    public static Tensor Decode(Weights w, KlAutoencoderConfig config, Tensor latents)
    {
        Expect.Shape(latents, $"B {config.LatentChannels} H W");
        using var scope = Tensor.Scope();
        var decoder = w["decoder"];
        var x = Layers.Conv(decoder["conv_in"], config.PostQuantConv ? Layers.Conv(w["post_quant_conv"], latents) : latents);
        Then(ref x, Middle(decoder["mid_block"], config, x));
        int levels = config.Channels.Count;
        for (int i = 0; i < levels; i++)
        {
            var block = decoder[$"up_blocks.{i}"];
            for (int k = 0; k <= config.Layers; k++) Then(ref x, Residual(block[$"resnets.{k}"], config, x));
            if (i < levels - 1) Then(ref x, Upsampled(block["upsamplers.0.conv"], x));
        }
        Then(ref x, Out(decoder, config, x));
        return scope.Keep(x);
    }

    /// <summary>Latents as the denoiser knows them: <c>(latents - shift) · scale</c>.</summary>
    public static Tensor ToDenoiser(KlAutoencoderConfig config, Tensor latents)
    {
        using var scope = Tensor.Scope();
        return scope.Keep((latents - config.ShiftFactor) * config.ScalingFactor);
    }

    /// <summary>Latents as the decoder knows them: <c>latents / scale + shift</c>.</summary>
    public static Tensor FromDenoiser(KlAutoencoderConfig config, Tensor latents)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(latents / config.ScalingFactor + config.ShiftFactor);
    }

    private static Tensor Residual(Weights w, KlAutoencoderConfig config, Tensor x) => ResidualBlock.Of(w, x, config.Groups, NormEpsilon);

    private static Tensor Middle(Weights w, KlAutoencoderConfig config, Tensor x)
    {
        using var scope = Tensor.Scope();
        x = Residual(w["resnets.0"], config, x);
        var attention = w["attentions.0"];
        var tokens = Layers.GroupNorm(attention["group_norm"], x, config.Groups, NormEpsilon).Reshape(x.Size(0), x.Size(1), -1).Transpose(1, 2);  // [B, HW, C]
        x = x + CrossAttention.Of(attention, tokens, tokens, heads: 1).Transpose(1, 2).Reshape(x.Shape);
        return scope.Keep(Residual(w["resnets.1"], config, x));
    }

    // Pads at the right and at the bottom only, unlike the UNet.
    private static Tensor Downsampled(Weights conv, Tensor x)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(Layers.Conv(conv, x.Pad([0, 1, 0, 1]), stride: 2, padding: 0));                                                            // [B, C, H/2, W/2]
    }

    private static Tensor Upsampled(Weights conv, Tensor x)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(Layers.Conv(conv, x.ResizeNearest(2 * x.Size(2), 2 * x.Size(3))));                                                        // [B, C, 2H, 2W]
    }

    private static Tensor Out(Weights w, KlAutoencoderConfig config, Tensor x)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(Layers.Conv(w["conv_out"], Layers.GroupNormSilu(w["conv_norm_out"], x, config.Groups, NormEpsilon)));
    }

    // A step's input goes when its output is there: at 1024 pixels each has half a gigabyte.
    private static void Then(ref Tensor x, Tensor next)
    {
        x.Dispose();
        x = next;
    }
}
