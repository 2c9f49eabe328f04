using Visalign.Torch;

namespace Visalign.Generators;

/// <summary>Noise added before a step of Euler's method, which then starts from a larger sigma.</summary>
/// <remarks>
/// Karras et al., arXiv 2206.00364, algorithm 2. Departures, as in diffusers: the network is asked before the noise is
/// added, not after.
/// </remarks>
public sealed record EulerChurn
{
    /// <summary>S_churn: about how many times over the noise is replaced in a whole walk; 0 is off.</summary>
    public required double Amount { get; init; }
    /// <summary>S_tmin: the smallest sigma that is raised.</summary>
    public double SmallestSigma { get; init; }
    /// <summary>S_tmax: the largest sigma that is raised.</summary>
    public double LargestSigma { get; init; } = double.PositiveInfinity;
    /// <summary>S_noise: deviation of the added noise, near 1.</summary>
    public double NoiseScale { get; init; } = 1;

    /// <summary>Where a step starts once noise was added.</summary>
    /// <remarks><code>sigma (1 + min(S_churn / N, sqrt 2 - 1))</code>, inside the bounds.</remarks>
    /// <param name="start">A point of the variance-exploding path.</param>
    /// <param name="steps">N.</param>
    public PathPoint Raise(PathPoint start, int steps) => start.Noise >= SmallestSigma && start.Noise <= LargestSigma
        ? start with { Noise = start.Noise * (1 + Math.Min(Amount / steps, Math.Sqrt(2) - 1)) }
        : start;

    /// <summary>Latents with the noise that takes them from one point to a noisier one of the same Signal.</summary>
    /// <param name="latents">Shape <c>[B, …]</c>.</param>
    /// <param name="noise">Shape of the latents, standard normal.</param>
    public Tensor Add(Tensor latents, Tensor noise, PathPoint from, PathPoint raised) =>
        latents.AddScaled(noise, NoiseScale * Math.Sqrt(raised.Noise * raised.Noise - from.Noise * from.Noise));
}
