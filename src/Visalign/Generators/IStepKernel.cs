using Visalign.Torch;

namespace Visalign.Generators;

/// <summary>How a sampler moves between two noise levels, and all that follows for training its steps.</summary>
/// <remarks>A kernel is one sealed record without options, in a file of its own; <see cref="StepKernels"/> makes it known to recipes.</remarks>
public interface IStepKernel
{
    /// <summary>What it is called in recipes.</summary>
    string Name { get; }

    /// <summary>The noise scales it is defined for, both ends included; 0 and 0 where it never draws noise.</summary>
    (double Low, double High) NoiseScales { get; }

    /// <summary>Which branches of guidance its authors train.</summary>
    GuidanceGradient TrainedBranches => GuidanceGradient.Conditional;

    /// <summary>Whether a step draws noise. One that does not has no density, and nothing to train.</summary>
    bool HasNoise(StepPlace at);

    /// <summary>The distribution of a step, one for the whole batch.</summary>
    /// <param name="latents">Shape <c>[B, …]</c>, float32.</param>
    /// <param name="velocity">The same shape: noise minus data.</param>
    GaussianStep Gaussian(Tensor latents, Tensor velocity, StepPlace at);

    /// <summary>The log-probability its authors train with.</summary>
    /// <param name="gaussian">The step, as <see cref="Gaussian"/> gives it.</param>
    /// <param name="state">Shape of the latents: where the step ended; taken without gradient.</param>
    /// <returns>Shape <c>[B]</c>.</returns>
    Tensor LogProb(GaussianStep gaussian, Tensor state, LogProbReduction reduction) => gaussian.LogProb(state, reduction);

    /// <summary>What its authors' code divides half the squared distance of two means by, where it is not the exact divergence.</summary>
    /// <param name="deviation">τ: the step's full standard deviation.</param>
    /// <param name="stepLength">h = s - s', positive.</param>
    /// <returns>Broadcastable; the variance without the step length for most.</returns>
    Tensor KlVariance(Tensor deviation, double stepLength) => deviation.Square() / stepLength;
}
