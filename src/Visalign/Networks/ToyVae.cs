using Visalign.Torch;

namespace Visalign.Networks;

/// <summary>A small convolutional autoencoder: 32×32 pictures to 8×8 latents of four channels.</summary>
/// <remarks>
/// No convolution runs at full resolution, where libtorch's backward pass for few channels is tens of times slower on a
/// CPU: 2×2 pixels are folded into channels at both ends. Kingma and Welling, arXiv 1312.6114, in the residual form that latent diffusion made common (Rombach et al., arXiv 2112.10752).
/// </remarks>
public static class ToyVae
{
    /// <summary>Channels of the latents.</summary>
    public const int LatentChannels = 4;

    /// <summary>Pixels on the side of one position of the latents.</summary>
    public const int Reduction = 4;

    private const int Narrow = 32, Wide = 64, Groups = 8;

    /// <summary>Mean and log-variance of the latents.</summary>
    /// <param name="pixels">Shape <c>[B, 3, 32, 32]</c>, in [0, 1].</param>
    /// <returns>Two tensors of shape <c>[B, 4, 8, 8]</c>.</returns>
    public static (Tensor Mean, Tensor LogVariance) Encode(Weights w, Tensor pixels)
    {
        Expect.Shape(pixels, "B 3 H W");
        using var scope = Tensor.Scope();
        w = w["encoder"];
        var x = Layers.Conv(w["in"], (pixels * 2 - 1).PixelUnshuffle(2)).Silu();     // [B, 32, 16, 16]
        x = Layers.Conv(w["down"], x, stride: 2);                                  // [B, 64, 8, 8]
        x = Residual(w["residual.0"], x);
        x = Layers.Conv(w["out"], Layers.GroupNormSilu(w["norm"], x, Groups));    // [B, 8, 8, 8]
        var parts = x.Chunk(2, 1);
        return (scope.Keep(parts[0]), scope.Keep(parts[1].Clamp(-12, 6)));
    }

    /// <summary>Pictures from latents.</summary>
    /// <param name="latents">Shape <c>[B, 4, 8, 8]</c>.</param>
    /// <returns>Shape <c>[B, 3, 32, 32]</c>; not yet clamped to [0, 1].</returns>
    public static Tensor Decode(Weights w, Tensor latents)
    {
        Expect.Shape(latents, $"B {LatentChannels} H W");
        using var scope = Tensor.Scope();
        w = w["decoder"];
        var x = Layers.Conv(w["in"], latents);                                       // [B, 64, 8, 8]
        x = Residual(w["residual.0"], x);
        x = Residual(w["residual.1"], x);
        x = Layers.Conv(w["up"], x).PixelShuffle(2);                                 // [B, 32, 16, 16]
        x = Residual(w["residual.2"], x);
        x = Layers.Conv(w["out"], Layers.GroupNormSilu(w["norm"], x, Groups));    // [B, 12, 16, 16]
        return scope.Keep((x.PixelShuffle(2) + 1) * 0.5);                            // [B, 3, 32, 32]
    }

    private static Tensor Residual(Weights w, Tensor x)
    {
        using var scope = Tensor.Scope();
        var h = Layers.Conv(w["conv.0"], Layers.GroupNormSilu(w["norm.0"], x, Groups));
        return scope.Keep(x + Layers.Conv(w["conv.1"], Layers.GroupNormSilu(w["norm.1"], h, Groups)));
    }

    /// <summary>Fresh weights.</summary>
    public static List<(string Name, Tensor Value)> Initialize(ulong seed)
    {
        var fresh = new Initializer(seed);
        fresh.Conv("encoder.in", 12, Narrow, 3);
        fresh.Conv("encoder.down", Narrow, Wide, 4);
        Residual("encoder.residual.0", Wide);
        fresh.Norm("encoder.norm", Wide);
        fresh.Conv("encoder.out", Wide, 2 * LatentChannels, 3);
        fresh.Conv("decoder.in", LatentChannels, Wide, 3);
        Residual("decoder.residual.0", Wide);
        Residual("decoder.residual.1", Wide);
        fresh.Conv("decoder.up", Wide, 4 * Narrow, 3);
        Residual("decoder.residual.2", Narrow);
        fresh.Norm("decoder.norm", Narrow);
        fresh.Conv("decoder.out", Narrow, 12, 3);
        return fresh.Made;

        void Residual(string name, int channels)
        {
            fresh.Norm($"{name}.norm.0", channels);
            fresh.Conv($"{name}.conv.0", channels, channels, 3);
            fresh.Norm($"{name}.norm.1", channels);
            fresh.Conv($"{name}.conv.1", channels, channels, 3, gain: 0.2);
        }
    }
}
