using Visalign.Networks;
using Visalign.Torch;

namespace Visalign.Generators;

/// <summary>Between pictures and the latents that a denoising network works on.</summary>
public interface IAutoencoder
{
    /// <summary>Pixels on the side of what becomes one position of the latents.</summary>
    int Reduction { get; }

    /// <summary>What latents stand for a picture.</summary>
    /// <param name="pixels">Shape <c>[B, 3, H, W]</c>, in [0, 1]; sides are multiples of <see cref="Reduction"/>.</param>
    /// <returns>Shape <c>[B, C, H/f, W/f]</c>, as the denoiser makes them.</returns>
    LatentPosterior Encode(Tensor pixels);

    /// <summary>Pictures from latents.</summary>
    /// <param name="latents">Shape <c>[B, C, h, w]</c>, as the denoiser makes them.</param>
    /// <returns>Shape <c>[B, 3, H, W]</c>; [0, 1] is black to white, not yet clamped.</returns>
    Tensor Decode(Tensor latents);
}

/// <summary>The embedded world's autoencoder.</summary>
/// <param name="Scale">What brings its latents to unit variance.</param>
internal sealed record WorldAutoencoder(Weights Weights, double Scale) : IAutoencoder
{
    public int Reduction => ToyVae.Reduction;

    public LatentPosterior Encode(Tensor pixels)
    {
        using var scope = Tensor.Scope();
        var (mean, logVariance) = ToyVae.Encode(Weights, pixels);
        return new(scope.Keep(mean * Scale), scope.Keep(logVariance + 2 * Math.Log(Scale)));
    }

    public Tensor Decode(Tensor latents)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(ToyVae.Decode(Weights, latents / Scale));
    }
}

/// <summary>The autoencoder of published pipelines.</summary>
internal sealed record PublishedAutoencoder(Weights Weights, KlAutoencoderConfig Config) : IAutoencoder
{
    public int Reduction => 1 << (Config.Channels.Count - 1);

    public LatentPosterior Encode(Tensor pixels)
    {
        using var scope = Tensor.Scope();
        var own = LatentPosterior.Of(KlAutoencoder.Encode(Weights, Config, pixels * 2 - 1));
        return new(scope.Keep(KlAutoencoder.ToDenoiser(Config, own.Mean)), scope.Keep(own.LogVariance + 2 * Math.Log(Config.ScalingFactor)));
    }

    public Tensor Decode(Tensor latents)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(KlAutoencoder.Decode(Weights, Config, KlAutoencoder.FromDenoiser(Config, latents)) / 2 + 0.5);
    }
}
