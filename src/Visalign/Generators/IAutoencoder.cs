using Visalign.Networks;
using Visalign.Torch;

namespace Visalign.Generators;

/// <summary>Between pictures and the latents that a denoising network works on.</summary>
public interface IAutoencoder
{
    /// <summary>Pictures from latents.</summary>
    /// <param name="latents">Shape <c>[B, C, h, w]</c>, as the denoiser makes them.</param>
    /// <returns>Shape <c>[B, 3, H, W]</c>; [0, 1] is black to white, not yet clamped.</returns>
    Tensor Decode(Tensor latents);
}

/// <summary>The embedded world's autoencoder.</summary>
/// <param name="Scale">What brings its latents to unit variance.</param>
internal sealed record WorldAutoencoder(Weights Weights, double Scale) : IAutoencoder
{
    public Tensor Decode(Tensor latents)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(ToyVae.Decode(Weights, latents / Scale));
    }
}

/// <summary>The autoencoder of published pipelines.</summary>
internal sealed record PublishedAutoencoder(Weights Weights, KlAutoencoderConfig Config) : IAutoencoder
{
    public Tensor Decode(Tensor latents)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(KlAutoencoder.Decode(Weights, Config, KlAutoencoder.FromDenoiser(Config, latents)) / 2 + 0.5);
    }
}
