using Visalign.Networks;
using Visalign.Torch;

namespace Visalign.Generators;

/// <summary>What a rollout asks of a denoising generator: to read conditions, to draw noise in the shape of its latents, and the velocity of the flow.</summary>
/// <remarks>x_s = (1 - s) x_0 + s ε with velocity ε - x_0; s = 1 is noise (Liu et al., arXiv 2209.03003). Whatever a network predicts and on whatever path it was trained, here it is this.</remarks>
public interface IFlow
{
    /// <summary>Standard normal noise, shape <c>[B, C, H, W]</c>: one stream per sample.</summary>
    /// <param name="key">The stream of sample 0.</param>
    /// <param name="firstSample">The first row's sample; each next row adds one.</param>
    Tensor DrawNoise(NoiseKey key, long firstSample, int count);

    /// <summary>What the network reads of the conditions. A row depends on its condition alone, to the bit.</summary>
    /// <exception cref="InputException">A condition the generator cannot read.</exception>
    EncodedConditions Encode(IReadOnlyList<Condition> conditions);

    /// <summary>The velocity under some weights, with classifier-free guidance.</summary>
    /// <param name="weights">An adapter's tree, or the base weights.</param>
    /// <param name="latents">Shape <c>[B, C, H, W]</c>, on the flow path.</param>
    /// <param name="noiseLevels">Shape <c>[B]</c>, float32: s.</param>
    /// <param name="conditions">B rows.</param>
    /// <param name="guidanceScale">w; 1 = off.</param>
    /// <param name="gradient">Which branches of guidance carry a gradient, where gradients are recorded at all; changes no bit of the value.</param>
    Tensor Velocity(Weights weights, Tensor latents, Tensor noiseLevels, EncodedConditions conditions, double guidanceScale = 1, GuidanceGradient gradient = GuidanceGradient.Conditional);
}
