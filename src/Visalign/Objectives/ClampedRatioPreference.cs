using Visalign.Torch;

namespace Visalign.Objectives;

/// <summary>A preference between two transitions, by their likelihood ratios to the reference.</summary>
/// <remarks>
/// Yang et al., D3PO, arXiv 2311.13231, as SPO (Liang et al., arXiv 2406.04314) uses it at every step:
/// <code>L = -ln σ(β (ln ρ_w - ln ρ_l)),   ρ = clamp(exp(ln p - ln p_ref), 1 - e, 1 + e)</code>
/// A transition whose ratio lies outside the clamp has no gradient: it is a trust region. Departures: none.
/// </remarks>
public static class ClampedRatioPreference
{
    /// <summary>The loss of each pair.</summary>
    /// <param name="winner">Shape <c>[P]</c>: log-probability of the preferred transition less that under the reference; means over elements.</param>
    /// <param name="loser">Shape <c>[P]</c>: the same of the other.</param>
    /// <param name="beta">β; 10 in SPO, 0.1 in D3PO.</param>
    /// <param name="range">e, below 1; 0.1 in both.</param>
    /// <returns>Shape <c>[P]</c>; ln 2 where policy and reference agree.</returns>
    public static Tensor PerPair(Tensor winner, Tensor loser, double beta, double range)
    {
        Expect.SameShape(winner, loser);
        using var scope = Tensor.Scope();
        return scope.Keep(((Clamped(winner) - Clamped(loser)) * -beta).Softplus());

        // The same as the logarithm of the clamped ratio, and finite where the ratio is not.
        Tensor Clamped(Tensor logRatio) => logRatio.Clamp(Math.Log(1 - range), Math.Log(1 + range));
    }
}
