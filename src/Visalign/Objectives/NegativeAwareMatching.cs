using Visalign.Torch;

namespace Visalign.Objectives;

/// <summary>Which advantages teach in <see cref="NegativeAwareMatching"/>.</summary>
public enum AdvantageMode
{
    /// <summary>All, by their size.</summary>
    All,
    /// <summary>Those above 0; others count as 0.</summary>
    PositiveOnly,
    /// <summary>Those below 0; others count as 0.</summary>
    NegativeOnly,
    /// <summary>Those above 0 count as 1, others as 0.</summary>
    OneOnly,
    /// <summary>Their signs.</summary>
    Binary,
}

/// <summary>Flow matching of a good and a bad velocity, both implied by one network and an older one; a reward says how good each sample is.</summary>
/// <remarks>
/// Zheng et al., "DiffusionNFT: Online Diffusion Reinforcement with Forward Process", arXiv 2509.16117, and the authors'
/// <c>train_nft_sd3.py</c>. For final samples x0, x_s = (1 - s) x0 + s ε, and r the probability that a sample is good:
/// <code>
/// r   = 1/2 + clamp(A, -a, a) / (2a)
/// v⁺  = beta v + (1 - beta) v_old,   v⁻ = (1 + beta) v_old - beta v
/// l^± = mean (x_s - s v^± - x0)² / w^±,   w^± = max(mean |x_s - s v^± - x0|, 1e-5), without gradient
/// L   = a (r l⁺ + (1 - r) l⁻) / beta
/// </code>
/// Means run over the elements of a sample. At v = v_old the gradient is A times that of weighted flow matching, whatever beta.
/// Departures: all of it in double precision, where the authors' code promotes at the division by w.
/// </remarks>
public static class NegativeAwareMatching
{
    private const double SmallestWeight = 1e-5;

    /// <summary>r: how likely a sample is a good one.</summary>
    /// <param name="advantage">A; larger ones count as the limit.</param>
    /// <param name="limit">a, above 0; 5 in the paper.</param>
    /// <returns>In [0, 1]; ½ where the advantage is 0 or does not count.</returns>
    public static double Optimality(double advantage, double limit, AdvantageMode mode = AdvantageMode.All)
    {
        double bounded = Math.Clamp(advantage, -limit, limit);
        double counted = mode switch
        {
            AdvantageMode.PositiveOnly => Math.Max(bounded, 0),
            AdvantageMode.NegativeOnly => Math.Min(bounded, 0),
            AdvantageMode.OneOnly => bounded > 0 ? 1 : 0,
            AdvantageMode.Binary => Math.Sign(bounded),
            _ => bounded,
        };
        return Math.Clamp(counted / limit / 2 + 0.5, 0, 1);
    }

    /// <summary>The errors l⁺ and l⁻ of each sample.</summary>
    /// <param name="velocity">Shape <c>[B, …]</c>: v, noise minus data, of the policy at the noisy samples.</param>
    /// <param name="old">The same shape: v_old, taken without gradient.</param>
    /// <param name="data">The same shape: x0.</param>
    /// <param name="noisy">The same shape: x_s.</param>
    /// <param name="levels">Shape <c>[B]</c>: s in [0, 1], 1 = noise.</param>
    /// <param name="beta">How far the implied velocities reach, above 0.</param>
    /// <returns>Two of shape <c>[B]</c>, float64; equal when v = v_old.</returns>
    public static MatchingErrors Errors(Tensor velocity, Tensor old, Tensor data, Tensor noisy, Tensor levels, double beta)
    {
        Expect.SameShape(velocity, old);
        Expect.SameShape(velocity, data);
        Expect.SameShape(velocity, noisy);
        Expect.Shape(levels, $"{velocity.Size(0)}");
        using var scope = Tensor.Scope();
        var v = velocity.To(DType.Float64);
        var anchor = old.Detach().To(DType.Float64);
        var x0 = data.To(DType.Float64);
        var x = noisy.To(DType.Float64);
        long[] perSample = [velocity.Size(0), .. Enumerable.Repeat(1L, velocity.Rank - 1)];
        var s = levels.To(DType.Float64).Reshape(perSample);                             // [B, 1, …]
        return new(scope.Keep(Error(v * beta + anchor * (1 - beta))), scope.Keep(Error(anchor * (1 + beta) - v * beta)));

        Tensor Error(Tensor implied)
        {
            var error = x - s * implied - x0;
            var weight = error.Detach().Abs().MeanPerSample().Clamp(SmallestWeight);     // [B]
            return error.Square().MeanPerSample() / weight;                              // [B]
        }
    }

    /// <summary>The loss of each sample.</summary>
    /// <param name="errors">Of the same samples.</param>
    /// <param name="optimality">Shape <c>[B]</c>: r, float64, in [0, 1].</param>
    /// <param name="beta">As for <see cref="Errors"/>.</param>
    /// <param name="limit">a, as for <see cref="Optimality"/>.</param>
    /// <returns>Shape <c>[B]</c>, float64.</returns>
    public static Tensor PerSample(MatchingErrors errors, Tensor optimality, double beta, double limit)
    {
        Expect.SameShape(errors.Positive, optimality);
        using var scope = Tensor.Scope();
        return scope.Keep((optimality * errors.Positive + (1 - optimality) * errors.Negative) * (limit / beta));
    }
}

/// <summary>How far the implied velocities are from the data's, weighted.</summary>
/// <param name="Positive">Shape <c>[B]</c>: l⁺.</param>
/// <param name="Negative">Shape <c>[B]</c>: l⁻.</param>
public readonly record struct MatchingErrors(Tensor Positive, Tensor Negative);
