using Visalign.Torch;

namespace Visalign.Generators;

/// <summary>The step of DDIM, on any path: to the next point, with a share of its noise drawn afresh.</summary>
/// <remarks>
/// Song et al., arXiv 2010.02502, equations 12 and 16. With the next point's Signal a' and Noise b', and sigma = b / a:
/// <code>
/// mean      = a' x0 + sqrt(b'² - deviation²) ε
/// deviation = eta b' sqrt(1 - (sigma' / sigma)²)
/// </code>
/// Departures: the deviation is written by Signal and Noise, so that it holds on every path; on the variance-preserving one
/// it is the paper's, on the variance-exploding one with eta = 1 that of ancestral Euler sampling.
/// Other kernels are this step too: without noise it is the Euler step of the path's ODE (<see cref="Ode"/>), on the flow path with eta it is the noisy solver of DiffusionNFT's code (Zheng et al., arXiv 2509.16117), and
/// there with a deviation of <c>s' sin(eta π / 2)</c> it is <see cref="Cps"/>.
/// </remarks>
public sealed record Ddim : IStepKernel
{
    /// <inheritdoc/>
    public string Name => "ddim";

    /// <summary>Above 1 a step would draw more noise than its end has.</summary>
    public (double Low, double High) NoiseScales => (0, 1);

    /// <inheritdoc/>
    public bool HasNoise(StepPlace at) => Deviation(PathPoint.Flow(at.From), PathPoint.Flow(at.To), at.NoiseScale) > 0;

    /// <inheritdoc/>
    public GaussianStep Gaussian(Tensor latents, Tensor velocity, StepPlace at) => OnFlow(latents, velocity, at.From, at.To, at.NoiseScale);

    /// <summary>How much noise a step draws afresh.</summary>
    /// <param name="eta">0 draws none, 1 as much as the reverse of the diffusion (DDPM's smaller variance).</param>
    /// <returns>In latents of the path that <paramref name="to"/> lies on; 0 where that is data.</returns>
    public static double Deviation(PathPoint from, PathPoint to, double eta)
    {
        double ratio = to.Noise * from.Signal / (to.Signal * from.Noise);
        return eta * to.Noise * Math.Sqrt(Math.Max(0, 1 - ratio * ratio));
    }

    /// <summary>One step for a whole batch.</summary>
    /// <param name="estimate">What the network says of the latents, shape <c>[B, …]</c>, float32.</param>
    /// <param name="to">Where the step ends; on the path the result shall lie on.</param>
    /// <param name="deviation">At most the point's Noise, which draws all of it afresh.</param>
    public static GaussianStep Step(DataAndNoise estimate, PathPoint to, double deviation)
    {
        using var scope = Tensor.Scope();
        double kept = Math.Sqrt(Math.Max(0, to.Noise * to.Noise - deviation * deviation));
        return new(scope.Keep(estimate.Data * to.Signal + estimate.Noise * kept), scope.Keep(Tensor.Of(deviation, estimate.Data.DType)));
    }

    /// <summary>One step of a batch on the flow path.</summary>
    /// <remarks>A step to data has no noise and so no density.</remarks>
    /// <param name="latents">Shape <c>[B, …]</c>, float32.</param>
    /// <param name="velocity">Shape of the latents: noise minus data.</param>
    /// <param name="from">s, in (0, 1].</param>
    /// <param name="to">s', in [0, s).</param>
    /// <param name="eta">In [0, 1]; 0 gives the Euler step of the ODE.</param>
    public static GaussianStep OnFlow(Tensor latents, Tensor velocity, double from, double to, double eta)
    {
        using var scope = Tensor.Scope();
        PathPoint start = PathPoint.Flow(from), end = PathPoint.Flow(to);
        var step = Step(DataAndNoise.From(Prediction.Velocity, velocity, latents, start), end, Deviation(start, end, eta));
        return new(scope.Keep(step.Mean), scope.Keep(step.Deviation));
    }
}
