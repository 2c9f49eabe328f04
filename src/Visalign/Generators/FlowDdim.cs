using Visalign.Torch;

namespace Visalign.Generators;

/// <summary>DDIM with noise on a rectified flow: part of the predicted noise is exchanged for fresh noise.</summary>
/// <remarks>
/// Song et al., arXiv 2010.02502, equation 12, with alpha = 1 - s and sigma = s, as the solver of DiffusionNFT's code
/// (arXiv 2509.16117) has it:
/// <code>
/// deviation = eta s' sqrt(1 - (s' (1 - s) / (s (1 - s')))²)
/// mean      = (1 - s') x0 + sqrt(s'² - deviation²) x1,   x0 = z - s v,  x1 = z + (1 - s) v
/// </code>
/// The last step, to s' = 0, has no noise and so no density.
/// </remarks>
public static class FlowDdim
{
    /// <summary>One step for a batch whose rows may sit at different noise levels.</summary>
    /// <param name="latents">Shape <c>[B, …]</c>, float32.</param>
    /// <param name="velocity">Shape of the latents: noise minus data.</param>
    /// <param name="from">Shape <c>[B]</c> or <c>[]</c>: s.</param>
    /// <param name="to">Shape <c>[B]</c> or <c>[]</c>: s', below s.</param>
    /// <param name="noiseScale">eta in [0, 1]; 0 gives the Euler step of the ODE.</param>
    public static GaussianStep Step(Tensor latents, Tensor velocity, Tensor from, Tensor to, double noiseScale)
    {
        using var scope = Tensor.Scope();
        var s = FlowSde.PerRow(from, latents);                                               // [B, 1, …]
        var next = FlowSde.PerRow(to, latents);
        var carried = next * (1 - s) / (s * (1 - next));
        var deviation = next * (1 - carried.Square()).Sqrt() * noiseScale;
        return new(scope.Keep(Cps.Exchange(latents, velocity, s, next, deviation)), scope.Keep(deviation));
    }
}
