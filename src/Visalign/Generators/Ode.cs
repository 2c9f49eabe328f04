using Visalign.Torch;

namespace Visalign.Generators;

/// <summary>Euler's step of the probability-flow ODE: no noise.</summary>
public sealed record Ode : IStepKernel
{
    /// <inheritdoc/>
    public string Name => "ode";

    /// <inheritdoc/>
    public (double Low, double High) NoiseScales => (0, 0);

    /// <inheritdoc/>
    public bool HasNoise(StepPlace at) => false;

    /// <inheritdoc/>
    public GaussianStep Gaussian(Tensor latents, Tensor velocity, StepPlace at) => FlowSde.Step(latents, velocity, Tensor.Of(at.From), Tensor.Of(at.To), Tensor.Of(0));
}
