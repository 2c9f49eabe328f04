using Visalign.Generators;
using Visalign.Networks;
using Visalign.Torch;

namespace Visalign.Objectives;

/// <summary>How far a denoising network is from the noise that was really added, in one or another of its predictions.</summary>
/// <remarks>
/// At a point <c>x = a x0 + b ε</c> every prediction says the same of x0 and ε, so that their squared errors differ by a factor
/// of the point alone. Of latents on the flow path at level s, with e the error of the velocity:
/// <code>
/// ε: (1 - s)² e     x0: s² e     v: ((1 - s)² + s²) e
/// </code>
/// Choosing one is choosing how much each level weighs. Departures: none.
/// </remarks>
public static class DenoisingError
{
    /// <summary>Mean squared error of each sample.</summary>
    /// <param name="output">Shape <c>[B, …]</c>: what the network said.</param>
    /// <param name="target">The same shape: what it should have said, <see cref="DataAndNoise.Output"/>.</param>
    /// <returns>Shape <c>[B]</c>.</returns>
    public static Tensor PerSample(Tensor output, Tensor target)
    {
        Expect.SameShape(output, target);
        using var scope = Tensor.Scope();
        return scope.Keep((output - target).Square().MeanPerSample());
    }

    /// <summary>Denoising errors of samples under some weights, without guidance.</summary>
    /// <param name="samples">B rows.</param>
    /// <param name="levels">B levels of the flow path to which they are noised.</param>
    /// <param name="conditions">B rows.</param>
    /// <param name="measure">What errors are errors of.</param>
    /// <returns>Shape <c>[B]</c>.</returns>
    internal static Tensor Of(NoiseGenerator generator, Weights weights, DataAndNoise samples, float[] levels, EncodedConditions conditions, Prediction measure)
    {
        using var scope = Tensor.Scope();
        var at = Tensor.From(levels, levels.Length);                                                       // [B]
        var factors = Tensor.From([.. levels.Select(level => (float)PerVelocityError(measure, level))], levels.Length);
        return scope.Keep(PerSample(generator.Velocity(weights, samples.OnFlow(at), at, conditions), samples.Noise - samples.Data) * factors);
    }

    /// <summary>What a squared error of the flow velocity is multiplied by to become that of another prediction.</summary>
    /// <param name="noiseLevel">s, in [0, 1], 1 = noise.</param>
    public static double PerVelocityError(Prediction prediction, double noiseLevel)
    {
        double signal = (1 - noiseLevel) * (1 - noiseLevel), noise = noiseLevel * noiseLevel;
        return prediction switch
        {
            Prediction.Epsilon => signal,
            Prediction.X0 => noise,
            Prediction.V => signal + noise,
            _ => 1,
        };
    }
}
