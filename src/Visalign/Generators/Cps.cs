using Visalign.Torch;

namespace Visalign.Generators;

/// <summary>Coefficients-preserving sampling: noise is exchanged, not added, so every state lies on the flow's path.</summary>
/// <remarks>
/// Wang and Yu, Flow-CPS, arXiv 2509.05952, and the authors' <c>sde_step_with_logprob</c>:
/// <code>
/// deviation = s' sin(eta π / 2)
/// mean      = (1 - s') x0 + sqrt(s'² - deviation²) x1,   x0 = z - s v,  x1 = z + (1 - s) v
/// </code>
/// Departures: none. Their "log-probability" is <see cref="GaussianStep.NegativeSquaredDistance"/>.
/// </remarks>
public sealed record Cps : IStepKernel
{
    /// <inheritdoc/>
    public string Name => "cps";

    /// <summary>The sine turns back above 1.</summary>
    public (double Low, double High) NoiseScales => (0, 1);

    /// <inheritdoc/>
    public GuidanceGradient TrainedBranches => GuidanceGradient.Both;

    /// <inheritdoc/>
    public bool HasNoise(StepPlace at) => at.NoiseScale > 0 && at.To > 0;

    /// <inheritdoc/>
    public GaussianStep Gaussian(Tensor latents, Tensor velocity, StepPlace at) => Step(latents, velocity, Tensor.Of(at.From), Tensor.Of(at.To), at.NoiseScale);

    /// <inheritdoc/>
    public Tensor LogProb(GaussianStep gaussian, Tensor state, LogProbReduction reduction) => gaussian.NegativeSquaredDistance(state, reduction);

    /// <summary>½: the authors' code drops the variance here as in the log-probability, and takes <c>mean (μ - μ_ref)²</c>.</summary>
    public Tensor KlVariance(Tensor deviation, double stepLength) => Tensor.Of(0.5);

    /// <summary>One step for a batch whose rows may sit at different noise levels.</summary>
    /// <param name="latents">Shape <c>[B, …]</c>, float32.</param>
    /// <param name="velocity">Shape of the latents: noise minus data.</param>
    /// <param name="from">Shape <c>[B]</c>, <c>[]</c>, or <c>[B, L]</c> for latents <c>[B, L, C]</c> whose tokens have levels of their own: s.</param>
    /// <param name="to">The same shape: s', below s, or 0 where s is.</param>
    /// <param name="noiseScale">eta in [0, 1]; 0 gives the Euler step of the ODE.</param>
    public static GaussianStep Step(Tensor latents, Tensor velocity, Tensor from, Tensor to, double noiseScale)
    {
        Expect.SameShape(latents, velocity);
        using var scope = Tensor.Scope();
        var s = FlowSde.PerRow(from, latents);                                               // [B, 1, …]
        var next = FlowSde.PerRow(to, latents);
        var deviation = next * Math.Sin(noiseScale * Math.PI / 2);
        var data = latents - s * velocity;                                                   // [B, …]
        var noise = latents + (1 - s) * velocity;
        var mean = (1 - next) * data + (next.Square() - deviation.Square()).Sqrt() * noise;
        return new(scope.Keep(mean), scope.Keep(deviation));
    }
}
