using Visalign.Torch;

namespace Visalign.Credit;

/// <summary>Drops the samples that teach nothing, and evens out what is left over the minibatches.</summary>
/// <remarks>
/// Liu et al., Flow-GRPO, arXiv 2505.05470, the authors' <c>train_sd3.py</c>: samples of advantage 0 are masked out, then
/// as many dropped ones are readmitted at random as it takes for the count to be a multiple of the number of minibatches.
/// Departures: none.
/// </remarks>
public static class SampleFilter
{
    /// <summary>Which samples have an advantage other than 0.</summary>
    /// <param name="advantages">B numbers.</param>
    /// <returns>B truth values.</returns>
    public static bool[] WithSignal(ReadOnlySpan<double> advantages)
    {
        var kept = new bool[advantages.Length];
        for (int i = 0; i < kept.Length; i++) kept[i] = advantages[i] != 0;
        return kept;
    }

    /// <summary>Readmits dropped samples, drawn at random, until the count of kept ones is a multiple.</summary>
    /// <param name="kept">B truth values, as <see cref="WithSignal"/> gives them.</param>
    /// <param name="minibatches">What the count shall be a multiple of; must divide B, so that enough were dropped.</param>
    /// <param name="key">The stream that the draw comes from, of purpose <see cref="NoisePurpose.Choice"/>.</param>
    /// <returns>B truth values; those of <paramref name="kept"/> where its count fits already.</returns>
    /// <exception cref="ArgumentException">B is no multiple of <paramref name="minibatches"/>.</exception>
    public static bool[] ToppedUp(ReadOnlySpan<bool> kept, int minibatches, NoiseKey key)
    {
        if (kept.Length % minibatches != 0) throw new ArgumentException($"{kept.Length} samples do not divide into {minibatches} minibatches.");
        var result = kept.ToArray();
        int wanted = (minibatches - kept.Count(true) % minibatches) % minibatches;
        var readmitted = Enumerable.Range(0, result.Length).Where(sample => !result[sample])
            .OrderBy(sample => Noise.Uniform(key, sample)).ThenBy(sample => sample).Take(wanted);
        foreach (int sample in readmitted.ToArray()) result[sample] = true;
        return result;
    }
}
