using Visalign.Torch;

namespace Visalign.Generators;

/// <summary>Stochastic steps that keep the marginals of the rectified-flow ODE.</summary>
/// <remarks>
/// Liu et al., Flow-GRPO, arXiv 2505.05470, equation 9 and the authors' <c>sde_step_with_logprob</c>. With s the noise
/// level, ds = s' - s &lt; 0:
/// <code>
/// sigma     = a sqrt(s / (1 - q)),   q = s_1 where s = 1, else s
/// mean      = z (1 + sigma² ds / 2s) + v (1 + sigma² (1 - s) / 2s) ds
/// deviation = sigma sqrt(-ds)
/// </code>
/// Departures: none. All in float32: in bf16 the mean overflows its precision and the ratio is no longer 1.
/// </remarks>
public sealed record FlowSde : IStepKernel
{
    /// <inheritdoc/>
    public string Name => "flow-sde";

    /// <summary>The paper's a may exceed 1; 10 is far beyond what anybody uses.</summary>
    public (double Low, double High) NoiseScales => (0, 10);

    /// <inheritdoc/>
    public bool HasNoise(StepPlace at) => at.NoiseScale > 0;

    /// <inheritdoc/>
    public GaussianStep Gaussian(Tensor latents, Tensor velocity, StepPlace at)
    {
        using var scope = Tensor.Scope();
        var from = Tensor.Of(at.From);
        var step = Step(latents, velocity, from, Tensor.Of(at.To), Sigma(from, at.Grid.Levels[1], at.NoiseScale));
        return new(scope.Keep(step.Mean), scope.Keep(step.Deviation));
    }

    /// <summary>The diffusion coefficient of Flow-GRPO.</summary>
    /// <param name="from">Noise levels s, in (0, 1].</param>
    /// <param name="second">s_1, the level after the first step; stands in for s in the denominator where s = 1.</param>
    /// <param name="noiseScale">a, 0.7 in the paper; 0 gives the ODE.</param>
    public static Tensor Sigma(Tensor from, double second, double noiseScale)
    {
        using var scope = Tensor.Scope();
        var denominator = Tensor.Where(from.EqualTo(1), Tensor.Of(second, from.DType), from);
        return scope.Keep((from / (1 - denominator)).Sqrt() * noiseScale);
    }

    /// <summary>The coefficient of the Wan video pipeline: a straight line in s between the table's last and second levels.</summary>
    /// <param name="smallest">The table's last level, 0 where it ends there.</param>
    /// <param name="largest">The table's second level.</param>
    public static Tensor LinearSigma(Tensor from, double smallest, double largest)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(from * (largest - smallest) + smallest);
    }

    /// <summary>One step for a batch whose rows may sit at different noise levels.</summary>
    /// <param name="latents">Shape <c>[B, …]</c>, float32.</param>
    /// <param name="velocity">Shape of the latents: noise minus data.</param>
    /// <param name="from">Shape <c>[B]</c> or <c>[]</c>: s.</param>
    /// <param name="to">Shape <c>[B]</c> or <c>[]</c>: s', below s.</param>
    /// <param name="sigma">Shape <c>[B]</c> or <c>[]</c>: diffusion coefficient; zero gives the Euler step of the ODE.</param>
    public static GaussianStep Step(Tensor latents, Tensor velocity, Tensor from, Tensor to, Tensor sigma)
    {
        Expect.SameShape(latents, velocity);
        using var scope = Tensor.Scope();
        var s = PerRow(from, latents);                                            // [B, 1, …]
        var ds = PerRow(to, latents) - s;
        var diffusion = PerRow(sigma, latents);
        var q = diffusion.Square() / (s * 2);
        var mean = latents * (q * ds + 1) + velocity * ((q * (1 - s) + 1) * ds);  // [B, …]
        return new(scope.Keep(mean), scope.Keep(diffusion * (-ds).Sqrt()));
    }

    /// <summary>A number for each row, or for each token of each row, shaped to broadcast over its elements.</summary>
    internal static Tensor PerRow(Tensor values, Tensor latents)
    {
        if (values.Rank == 0) return values.Detach();
        Span<long> shape = stackalloc long[latents.Rank];
        shape.Fill(1);
        values.Shape.CopyTo(shape);
        return values.Reshape(shape);
    }
}
