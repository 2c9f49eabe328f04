using Visalign.Generators;
using Visalign.Torch;

namespace Visalign.Pretraining;

/// <summary>What a generator would make of noisy latents in one step: pictures as they are guessed on the way.</summary>
internal static class OneStepPrediction
{
    /// <summary>Noises latents, predicts them back with guidance, and decodes.</summary>
    /// <remarks><code>x_s = (1 - s) x_0 + s ε,   x̂_0 = x_s - s v(x_s, s)</code></remarks>
    /// <param name="latents">Shape <c>[B, C, H, W]</c>: finished ones.</param>
    /// <param name="noise">The same shape.</param>
    /// <param name="conditions">B rows, as the generator reads them.</param>
    /// <param name="noiseLevels">s of each row.</param>
    /// <returns>Shape <c>[B, 3, H, W]</c>, in [0, 1], without gradient.</returns>
    internal static Tensor Decode(NoiseGenerator generator, Tensor latents, Tensor noise, EncodedConditions conditions, float[] noiseLevels)
    {
        using var scope = Tensor.Scope();
        using var noGradient = Autograd.NoGrad();
        var levels = Tensor.From(noiseLevels, noiseLevels.Length);                                          // [B]
        var noisy = new DataAndNoise(latents, noise).OnFlow(levels);
        var velocity = generator.Velocity(generator.Base, noisy, levels, conditions, generator.GuidanceScale);
        return scope.Keep(generator.Pixels(noisy - velocity * FlowSde.PerRow(levels, noisy)));
    }
}
