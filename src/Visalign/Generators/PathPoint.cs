using Visalign.Torch;

namespace Visalign.Generators;

/// <summary>Where noisy latents stand between data and noise: <c>x = Signal · x0 + Noise · ε</c>.</summary>
/// <remarks>
/// Checkpoints write the same point at three scales: on the flow path Signal + Noise = 1 (Liu et al., arXiv 2209.03003), on
/// the variance-preserving one Signal² + Noise² = 1 (Ho et al., arXiv 2006.11239), on the variance-exploding one Signal = 1
/// (Karras et al., arXiv 2206.00364). They differ by a factor of x alone, so that whatever is said of
/// <see cref="NoiseLevel"/> holds on all three: latents x of this point, divided by <see cref="FlowScale"/>, lie on the flow
/// path at that level.
/// </remarks>
/// <param name="Signal">Factor of the clean latents, from 0 to 1.</param>
/// <param name="Noise">Factor of the standard normal noise, 0 or more.</param>
public readonly record struct PathPoint(double Signal, double Noise)
{
    /// <summary>A point of a rectified flow.</summary>
    /// <param name="noiseLevel">s, in [0, 1], 1 = noise.</param>
    public static PathPoint Flow(double noiseLevel) => new(1 - noiseLevel, noiseLevel);

    /// <summary>A point of a diffusion that keeps the variance.</summary>
    /// <param name="signalPower">alpha-bar, the product of 1 - beta up to the timestep, in [0, 1].</param>
    public static PathPoint VariancePreserving(double signalPower) => new(Math.Sqrt(signalPower), Math.Sqrt(1 - signalPower));

    /// <summary>A point of a diffusion that only adds noise.</summary>
    /// <param name="sigma">Standard deviation of the noise beside unit data, 0 or more.</param>
    public static PathPoint VarianceExploding(double sigma) => new(1, sigma);

    /// <summary>s of the flow path at the same share of noise: 0 = data, 1 = noise.</summary>
    public double NoiseLevel => Noise / FlowScale;

    /// <summary>What latents of the flow path are multiplied by to become this point's.</summary>
    public double FlowScale => Signal + Noise;

    /// <summary>What latents of the variance-preserving path are multiplied by to become this point's; their deviation where data has unit variance.</summary>
    public double Norm => Math.Sqrt(Signal * Signal + Noise * Noise);

    /// <summary>A coefficient of each row's point, shaped to broadcast over the row's elements.</summary>
    /// <param name="at">One point for all rows, or one for each.</param>
    /// <param name="coefficient">Taken in double precision, rounded once.</param>
    /// <returns>Shape <c>[]</c> or <c>[B, 1, …]</c>, of the latents' type.</returns>
    internal static Tensor Each(ReadOnlySpan<PathPoint> at, Func<PathPoint, double> coefficient, Tensor latents)
    {
        if (at.Length == 1) return Tensor.Of(coefficient(at[0]), latents.DType);
        if (at.Length != latents.Size(0)) throw new ArgumentException($"{at.Length} points for {latents.Size(0)} rows; expected one for all, or one for each.");
        using var scope = Tensor.Scope();
        var values = new double[at.Length];
        for (int i = 0; i < values.Length; i++) values[i] = coefficient(at[i]);
        return scope.Keep(FlowSde.PerRow(Tensor.From(values, values.Length).To(latents.DType).To(latents.Device), latents));
    }
}
