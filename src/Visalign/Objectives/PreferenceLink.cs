using Visalign.Torch;

namespace Visalign.Objectives;

/// <summary>What a preference loss makes of a margin.</summary>
public enum PreferenceLinkForm
{
    /// <summary><c>-ln σ(κ m)</c>: DPO.</summary>
    Sigmoid,
    /// <summary><c>max(0, 1 - κ m)</c>: no pull beyond a margin of 1/κ.</summary>
    Hinge,
    /// <summary><c>(m - 1/(2κ))²</c>: pulls to a margin of 1/(2κ), and back from larger ones (Azar et al., IPO, arXiv 2310.12036).</summary>
    Ipo,
}

/// <summary>How the strength of a preference, as papers and scripts state it, becomes the slope κ by which margins of <b>mean</b> squared errors are multiplied.</summary>
public enum SlopeConvention
{
    /// <summary>κ = beta / 2: the code of Diffusion-DPO.</summary>
    HalfMean,
    /// <summary>κ = beta: the LoRA script of diffusers.</summary>
    Mean,
}

/// <summary>Errors of the two members of each pair; lower is better.</summary>
/// <param name="Winner">Shape <c>[P]</c>.</param>
/// <param name="Loser">Shape <c>[P]</c>.</param>
public readonly record struct PairErrors(Tensor Winner, Tensor Loser)
{
    /// <summary>Those of a batch that holds all winners first, then all losers in the same order.</summary>
    /// <param name="errors">Shape <c>[2P]</c>.</param>
    public static PairErrors Halves(Tensor errors)
    {
        Expect.Shape(errors, "B");
        var halves = errors.Chunk(2, 0);
        return new(halves[0], halves[1]);
    }
}

/// <summary>From errors of preferred and rejected samples to a loss: how much more a policy favors the winner than its reference does.</summary>
/// <remarks>
/// Wallace et al., "Diffusion Model Alignment Using Direct Preference Optimization", arXiv 2311.12908, equation 14, and the
/// authors' code; e are denoising errors, averaged over the elements of a sample:
/// <code>
/// m = (e_ref^w - e_ref^l) - (e^w - e^l),   z = κ m,   L = -ln σ(z)
/// </code>
/// Departures: as in the code, the paper's <c>β T ω</c> over summed errors is the one number κ over averaged ones, so that κ
/// does not carry over to summed errors.
/// </remarks>
public static class PreferenceLink
{
    /// <summary>κ.</summary>
    /// <param name="beta">As a paper or script states it, above 0.</param>
    public static double Slope(double beta, SlopeConvention convention) => convention == SlopeConvention.HalfMean ? beta / 2 : beta;

    /// <summary>m: by how much more the policy's errors favor the winner than the reference's do.</summary>
    /// <param name="policy">Of the policy under training.</param>
    /// <param name="reference">Of the reference, taken without gradient.</param>
    /// <returns>Shape <c>[P]</c>; 0 where the two agree, and negated where winner and loser are swapped.</returns>
    public static Tensor Margin(PairErrors policy, PairErrors reference)
    {
        Expect.SameShape(policy.Winner, policy.Loser);
        Expect.SameShape(policy.Winner, reference.Winner);
        Expect.SameShape(policy.Winner, reference.Loser);
        using var scope = Tensor.Scope();
        return scope.Keep((reference.Winner - reference.Loser).Detach() - (policy.Winner - policy.Loser));
    }

    /// <summary>The loss of each pair.</summary>
    /// <param name="margin">Shape <c>[P]</c>: m.</param>
    /// <param name="slope">κ, above 0.</param>
    /// <returns>Shape <c>[P]</c>; at a margin of 0, where policy and reference agree, <see cref="AtRest"/>.</returns>
    public static Tensor PerPair(Tensor margin, double slope, PreferenceLinkForm form = PreferenceLinkForm.Sigmoid)
    {
        Expect.Shape(margin, "P");
        using var scope = Tensor.Scope();
        return scope.Keep(form switch
        {
            PreferenceLinkForm.Hinge => (1 - margin * slope).Relu(),
            PreferenceLinkForm.Ipo => (margin - 1 / (2 * slope)).Square(),
            _ => (margin * -slope).Softplus(),
        });
    }

    /// <summary>The loss of each pair whose label may be wrong: <c>p L(m) + (1 - p) L(-m)</c>.</summary>
    /// <param name="margin">Shape <c>[P]</c>: m.</param>
    /// <param name="certainty">Shape <c>[P]</c>: p, how likely the winner is the better one.</param>
    /// <inheritdoc cref="PerPair(Tensor, double, PreferenceLinkForm)"/>
    public static Tensor PerPair(Tensor margin, Tensor certainty, double slope, PreferenceLinkForm form = PreferenceLinkForm.Sigmoid)
    {
        Expect.SameShape(margin, certainty);
        using var scope = Tensor.Scope();
        return scope.Keep(certainty * PerPair(margin, slope, form) + (1 - certainty) * PerPair(-margin, slope, form));
    }

    /// <summary>The loss while policy and reference agree: ln 2, 1, or 1/(4κ²).</summary>
    public static double AtRest(double slope, PreferenceLinkForm form) => form switch
    {
        PreferenceLinkForm.Hinge => 1,
        PreferenceLinkForm.Ipo => 1 / (4 * slope * slope),
        _ => Math.Log(2),
    };

    /// <summary>The share of pairs whose winner the policy favors more than its reference does.</summary>
    /// <param name="margins">P numbers.</param>
    /// <param name="tie">What a margin of 0 counts: a half in diffusers, nothing in the authors' code.</param>
    public static double Accuracy(ReadOnlySpan<float> margins, double tie = 0.5)
    {
        double sum = 0;
        foreach (float margin in margins) sum += margin > 0 ? 1 : margin == 0 ? tie : 0;
        return sum / margins.Length;
    }
}
