using Visalign.Networks;
using Visalign.Torch;

namespace Visalign.Generators;

/// <summary>What a rollout asks of a generator: to read conditions, to draw noise in the shape of its latents, and the velocity of its flow.</summary>
/// <remarks>x_s = (1 - s) x_0 + s ε with velocity ε - x_0; s = 1 is noise (Liu et al., arXiv 2209.03003).</remarks>
public interface IFlowGenerator
{
    /// <summary>Noise, shape <c>[B, C, H, W]</c>: one stream per sample.</summary>
    /// <param name="key">The stream of sample 0.</param>
    /// <param name="firstSample">The first row's sample; each next row adds one.</param>
    Tensor StartNoise(NoiseKey key, long firstSample, int count);

    /// <summary>What the network reads of the conditions.</summary>
    /// <returns>Shape <c>[B, L]</c>.</returns>
    /// <exception cref="InputException">A condition the generator cannot read.</exception>
    Tensor Encode(IReadOnlyList<Condition> conditions);

    /// <summary>The velocity under some weights, with classifier-free guidance.</summary>
    /// <param name="weights">An adapter's tree, or the base weights.</param>
    /// <param name="latents">Shape <c>[B, C, H, W]</c>.</param>
    /// <param name="noiseLevel">s, the same for all rows.</param>
    /// <param name="words">Shape <c>[B, L]</c>.</param>
    /// <param name="guidanceScale">w; 1 = off.</param>
    /// <param name="gradient">Which branches of guidance carry a gradient, where gradients are recorded at all; changes no bit of the value.</param>
    Tensor Velocity(Weights weights, Tensor latents, double noiseLevel, Tensor words, double guidanceScale, GuidanceGradient gradient = GuidanceGradient.Conditional);
}
