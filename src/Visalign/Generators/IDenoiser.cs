using Visalign.Networks;
using Visalign.Torch;

namespace Visalign.Generators;

/// <summary>A denoising network without its weights: a function of these, of latents on its own path, of its own timesteps, and of its own text.</summary>
public interface IDenoiser
{
    /// <summary>Channels, height and width of the latents of one sample.</summary>
    IReadOnlyList<long> LatentShape { get; }

    /// <summary>Tokens the network sees of a picture.</summary>
    int PictureTokens { get; }

    /// <summary>What the network predicts; its schedule says what that means.</summary>
    /// <param name="latents">Shape <c>[B, C, H, W]</c>.</param>
    /// <param name="timesteps">Shape <c>[B]</c>.</param>
    /// <param name="text">What the generator's text encoder gave.</param>
    /// <returns>Shape of the latents.</returns>
    Tensor Predict(Weights weights, Tensor latents, Tensor timesteps, IReadOnlyList<Tensor> text);
}

/// <summary>The embedded world's transformer.</summary>
internal sealed record TextDitDenoiser(TextDitConfig Config) : IDenoiser
{
    public IReadOnlyList<long> LatentShape => [Config.LatentChannels, Config.LatentSize, Config.LatentSize];

    public int PictureTokens => Config.PictureTokens;

    public Tensor Predict(Weights weights, Tensor latents, Tensor timesteps, IReadOnlyList<Tensor> text) =>
        TextDit.Velocity(weights, Config, latents, timesteps, text[0]);
}

/// <summary>The UNet of Stable Diffusion 1 and 2.</summary>
/// <param name="Side">Of its latents.</param>
internal sealed record UnetDenoiser(UnetConfig Config, int Side) : IDenoiser
{
    public IReadOnlyList<long> LatentShape => [Config.InChannels, Side, Side];

    public int PictureTokens => Side * Side;

    public Tensor Predict(Weights weights, Tensor latents, Tensor timesteps, IReadOnlyList<Tensor> text) =>
        Unet.Predict(weights, Config, latents, timesteps, text[0]);
}

/// <summary>The transformer of Stable Diffusion 3.</summary>
/// <param name="Side">Of its latents.</param>
internal sealed record Sd3Denoiser(Sd3TransformerConfig Config, int Side) : IDenoiser
{
    public IReadOnlyList<long> LatentShape => [Config.InputChannels, Side, Side];

    public int PictureTokens => Side / Config.Patch * (Side / Config.Patch);

    public Tensor Predict(Weights weights, Tensor latents, Tensor timesteps, IReadOnlyList<Tensor> text) =>
        Sd3Transformer.Velocity(weights, Config, latents, timesteps, text[0], text[1]);
}
