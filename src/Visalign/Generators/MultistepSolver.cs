using Visalign.Torch;

namespace Visalign.Generators;

/// <summary>How deterministic steps follow the flow.</summary>
public enum OdeSolver
{
    /// <summary>Euler steps: first order.</summary>
    Euler,
    /// <summary>DPM-Solver++ (2M): second order, from the data predictions of this step and the one before.</summary>
    Multistep,
}

/// <summary>The second-order multistep DPM-Solver++ on a rectified flow, in terms of predicted data.</summary>
/// <remarks>
/// Lu et al., arXiv 2211.01095, as the code of DiffusionNFT (Zheng et al., arXiv 2509.16117) samples. With m = z - s v,
/// lambda = ln((1 - s) / s), h = lambda' - lambda, and m₋, h₋ those of the step before:
/// <code>
/// z' = (s' / s) z - (1 - s') (exp(-h) - 1) (m + ½ (h / h₋) (m - m₋))
/// z' = (1 - s') m + s' (z - (1 - s) m) / s,   where s = 1 or s' = 0
/// </code>
/// After a step from s = 1, h₋ is infinite and the correction vanishes; without it a step is Euler's. Coefficients are
/// computed in double precision.
/// </remarks>
public static class MultistepSolver
{
    /// <summary>One step of a batch.</summary>
    /// <param name="latents">Shape <c>[B, …]</c>: z.</param>
    /// <param name="data">The same shape: m, the data predicted at z.</param>
    /// <param name="before">The level s₋ of the step before and the data predicted there; null makes it a first-order step.</param>
    /// <param name="from">s, in (0, 1].</param>
    /// <param name="to">s', in [0, s).</param>
    /// <returns>The same shape: z'.</returns>
    public static Tensor Step(Tensor latents, Tensor data, (double Level, Tensor Data)? before, double from, double to)
    {
        Expect.SameShape(latents, data);
        using var scope = Tensor.Scope();
        if (from == 1 || to == 0) return scope.Keep(latents * (to / from) + data * (1 - to - to * (1 - from) / from));

        double step = LogRatio(to) - LogRatio(from);
        var slope = data;
        if (before is var (level, previous) && level < 1)
            slope = data + (data - previous) * (0.5 * step / (LogRatio(from) - LogRatio(level)));
        return scope.Keep(latents * (to / from) - slope * ((1 - to) * (Math.Exp(-step) - 1)));
    }

    private static double LogRatio(double level) => Math.Log((1 - level) / level);
}
