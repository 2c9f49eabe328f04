using Visalign.Networks;
using Visalign.Torch;

namespace Visalign.Generators;

/// <summary>A tuned flow that begins as its base: what tuning took of the base's variety comes back, since the first steps decide on it.</summary>
/// <remarks>
/// Annealed importance guidance of DRaFT+ (NVIDIA's NeMo-Aligner): at step i of N, <c>v = (1 - ω) v_base + ω v_tuned</c> with <c>ω = i / N</c>.
/// Departures: the last step ends where the mixed prediction leads, not where the tuned one would.
/// </remarks>
/// <param name="inner">The flow of both.</param>
/// <param name="base">The weights before tuning.</param>
/// <param name="levels">T + 1 noise levels of the walk.</param>
public sealed class AnnealedFlow(IFlow inner, Weights @base, float[] levels) : IFlow
{
    /// <summary>ω: how much of the tuned prediction a step follows, from 0 to (N - 1) / N.</summary>
    /// <param name="step">i, 0 is the noisiest.</param>
    /// <param name="count">N.</param>
    public static double Weight(int step, int count) => (double)step / count;

    /// <summary>The prediction a step follows.</summary>
    public static Tensor Mix(Tensor basePrediction, Tensor tunedPrediction, int step, int count)
    {
        Expect.SameShape(basePrediction, tunedPrediction);
        return basePrediction.Lerp(tunedPrediction, Weight(step, count));
    }

    /// <inheritdoc/>
    public Tensor DrawNoise(NoiseKey key, long firstSample, int count) => inner.DrawNoise(key, firstSample, count);

    /// <inheritdoc/>
    public EncodedConditions Encode(IReadOnlyList<Condition> conditions) => inner.Encode(conditions);

    /// <inheritdoc/>
    /// <remarks>All rows are at one level of the walk.</remarks>
    public Tensor Velocity(Weights weights, Tensor latents, Tensor noiseLevels, EncodedConditions conditions, double guidanceScale = 1, GuidanceGradient gradient = GuidanceGradient.Conditional)
    {
        using var scope = Tensor.Scope();
        int step = Array.IndexOf(levels, noiseLevels.ToArray<float>()[0]);
        if (step < 0) throw new ArgumentException($"The walk has no noise level {noiseLevels.ToArray<float>()[0]}.");
        var unchanged = inner.Velocity(@base, latents, noiseLevels, conditions, guidanceScale, gradient);
        var tuned = inner.Velocity(weights, latents, noiseLevels, conditions, guidanceScale, gradient);
        return scope.Keep(Mix(unchanged, tuned, step, levels.Length - 1));
    }
}
