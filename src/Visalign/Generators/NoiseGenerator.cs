using Visalign.Networks;
using Visalign.Pictures;
using Visalign.Torch;

namespace Visalign.Generators;

/// <summary>Makes pictures from prompts by walking latents from noise to data along a rectified flow.</summary>
/// <remarks>x_s = (1 - s) x_0 + s ε with velocity ε - x_0; s = 1 is noise (Liu et al., arXiv 2209.03003).</remarks>
public sealed class NoiseGenerator : IDisposable
{
    private readonly List<Tensor> _owned;
    private readonly Weights _autoencoder;

    /// <summary>A generator over loaded weights, which it owns.</summary>
    internal NoiseGenerator(GeneratorConfig config, IReadOnlyList<(string Name, Tensor Tensor)> transformer, IReadOnlyList<(string Name, Tensor Tensor)> autoencoder)
    {
        Config = config;
        Base = Weights.Of(transformer);
        _autoencoder = Weights.Of(autoencoder);
        _owned = [.. transformer.Concat(autoencoder).Select(entry => entry.Tensor.Persist())];
    }

    /// <summary>What it is made of.</summary>
    public GeneratorConfig Config { get; }

    /// <summary>The network's weights as shipped: the reference, and what adapters are built over.</summary>
    public Weights Base { get; }

    /// <summary>Numbers in one sample's latents.</summary>
    public int LatentLength => Config.Network.LatentChannels * Config.Network.LatentSize * Config.Network.LatentSize;

    /// <summary>Start noise, shape <c>[B, C, H, W]</c>: one stream per sample.</summary>
    public Tensor StartNoise(NoiseKey key, long firstSample, int count) =>
        Noise.Normal(key, firstSample, count, Config.Network.LatentChannels, Config.Network.LatentSize, Config.Network.LatentSize);

    /// <summary>What the network reads of the conditions.</summary>
    /// <returns>Shape <c>[B, L]</c>, word numbers; an empty prompt is all padding.</returns>
    /// <exception cref="InputException">A word the model does not know.</exception>
    public Tensor Encode(IReadOnlyList<Condition> conditions)
    {
        int length = Config.Network.PromptLength;
        var words = new long[conditions.Count * length];
        for (int i = 0; i < conditions.Count; i++)
        {
            var ids = Worlds.Vocabulary.Encode(conditions[i].Prompt);
            for (int k = 0; k < length; k++) words[i * length + k] = ids[k];
        }
        return Tensor.From(words, conditions.Count, length);
    }

    /// <summary>The velocity under some weights, with classifier-free guidance.</summary>
    /// <remarks>
    /// The unconditional branch of <see cref="Guidance"/> runs without gradient, as in Flow-GRPO's code. Both branches are forwards of their own, so that a replay with gradients has the bits of the rollout.
    /// </remarks>
    /// <param name="weights">An adapter's tree, or <see cref="Base"/>.</param>
    /// <param name="latents">Shape <c>[B, C, H, W]</c>.</param>
    /// <param name="noiseLevel">s, the same for all rows.</param>
    /// <param name="words">Shape <c>[B, L]</c>.</param>
    /// <param name="guidanceScale">w; 1 = off.</param>
    public Tensor Velocity(Weights weights, Tensor latents, double noiseLevel, Tensor words, double guidanceScale)
    {
        using var scope = Tensor.Scope();
        var levels = Tensor.Full([latents.Size(0)], noiseLevel);
        var conditional = TextDit.Velocity(weights, Config.Network, latents, levels, words);
        if (guidanceScale == 1) return scope.Keep(conditional);
        Tensor unconditional;
        using (Autograd.NoGrad())
            unconditional = TextDit.Velocity(weights, Config.Network, latents, levels, Tensor.Zeros(words.Shape, DType.Int64));
        return scope.Keep(Guidance.Combine(conditional, unconditional, guidanceScale));
    }

    /// <summary>Pictures from final latents.</summary>
    /// <param name="latents">Shape <c>[B, C, H, W]</c>.</param>
    /// <returns>Shape <c>[B, 3, 32, 32]</c>, in [0, 1].</returns>
    public Tensor Pixels(Tensor latents)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(ToyVae.Decode(_autoencoder, latents / Config.LatentScale).Clamp(0, 1));
    }

    /// <summary>Pictures from final latents, for everything that judges or stores them.</summary>
    public PictureBatch Decode(Tensor latents)
    {
        using var scope = Tensor.Scope();
        using var _ = Autograd.NoGrad();
        var parts = latents.Split(128, 0).Select(Pixels).ToArray();
        var pixels = Tensor.Cat(parts);
        return new(pixels.ToArray<float>(), (int)pixels.Size(0), (int)pixels.Size(2), (int)pixels.Size(3));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _owned) tensor.Dispose();
    }
}

/// <summary>What a shipped generator's <c>config.json</c> says.</summary>
public sealed record GeneratorConfig
{
    /// <summary>Size of the network.</summary>
    public required TextDitConfig Network { get; init; }

    /// <summary>Brings encoded latents to unit variance.</summary>
    public required double LatentScale { get; init; }

    /// <summary>The guidance scale it samples best at, by the measurements of its pretraining; 1 = off.</summary>
    public double GuidanceScale { get; init; } = 1;
}
