using Visalign.Generators;
using Visalign.Networks;
using Visalign.Objectives;
using Visalign.Torch;

namespace Visalign.Methods;

/// <summary>Some pairs under one draw of timesteps and noise, winners first, then losers in the same order; a pair shares timestep, noise and condition.</summary>
/// <param name="Data">Shape <c>[2P, C, H, W]</c>.</param>
/// <param name="Noise">The same shape.</param>
/// <param name="Levels">2P levels of the flow path.</param>
/// <param name="Conditions">2P rows.</param>
/// <param name="Certainties">P numbers: how likely the winner is the better one.</param>
/// <param name="Measure">What errors are errors of.</param>
internal sealed record NoisedPairs(Tensor Data, Tensor Noise, float[] Levels, EncodedConditions Conditions, IReadOnlyList<double> Certainties, Prediction Measure)
{
    /// <summary>P.</summary>
    internal int Count => Certainties.Count;

    /// <summary>The winners alone.</summary>
    internal NoisedPairs Winners => this with { Data = Data.Narrow(0, 0, Count), Noise = Noise.Narrow(0, 0, Count), Levels = Levels[..Count], Conditions = Conditions.Narrow(0, Count) };

    /// <summary>Denoising errors of each sample under some weights, without guidance.</summary>
    /// <returns>Shape <c>[2P]</c>, or <c>[P]</c> of the winners alone.</returns>
    internal Tensor Errors(NoiseGenerator generator, Weights weights) => DenoisingError.Of(generator, weights, new(Data, Noise), Levels, Conditions, Measure);
}
