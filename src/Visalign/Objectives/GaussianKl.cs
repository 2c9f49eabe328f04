using Visalign.Generators;
using Visalign.Torch;

namespace Visalign.Objectives;

/// <summary>What the squared distance of two step means is divided by.</summary>
public enum KlForm
{
    /// <summary>Twice the step's variance, sigma² h: the exact KL of equal-variance Gaussians per element, as in the paper.</summary>
    Exact,
    /// <summary>Twice sigma² without the step length, as in Flow-GRPO's code; its coefficients are ten times larger.</summary>
    WithoutStepLength,
}

/// <summary>Divergence of the policy's step from the reference's.</summary>
/// <remarks>Liu et al., Flow-GRPO, arXiv 2505.05470, equation 12: <c>mean (μ - μ_ref)² / (2 τ²)</c>, averaged over elements and batch.</remarks>
public static class GaussianKl
{
    /// <summary>The penalty.</summary>
    /// <param name="policy">The policy's step.</param>
    /// <param name="referenceMean">Shape of the latents, without gradient.</param>
    /// <param name="variance">Broadcastable: τ² for <see cref="KlForm.Exact"/>, sigma² for <see cref="KlForm.WithoutStepLength"/>.</param>
    /// <returns>Scalar; zero when the policies agree.</returns>
    public static Tensor Loss(GaussianStep policy, Tensor referenceMean, Tensor variance)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(PerSample(policy.Mean, referenceMean, variance).Mean());  // []
    }

    /// <summary>The penalty of each sample.</summary>
    /// <param name="mean">Shape <c>[B, …]</c>: the policy's step mean.</param>
    /// <param name="referenceMean">The same shape, without gradient.</param>
    /// <param name="variance">Broadcastable, as for <see cref="Loss"/>.</param>
    /// <returns>Shape <c>[B]</c>.</returns>
    public static Tensor PerSample(Tensor mean, Tensor referenceMean, Tensor variance)
    {
        Expect.SameShape(mean, referenceMean);
        using var scope = Tensor.Scope();
        return scope.Keep(((mean - referenceMean.Detach()).Square() / (variance * 2)).MeanPerSample());
    }

    /// <summary>The squared distance alone, undivided: the penalty that belongs to <see cref="GaussianStep.NegativeSquaredDistance"/>.</summary>
    /// <remarks>Wang and Yu, Flow-CPS, arXiv 2509.05952, as in the authors' code: <c>mean (μ - μ_ref)²</c>.</remarks>
    /// <param name="policy">The policy's step.</param>
    /// <param name="referenceMean">Shape of the latents, without gradient.</param>
    /// <returns>Scalar; zero when the policies agree.</returns>
    public static Tensor SquaredDistance(GaussianStep policy, Tensor referenceMean)
    {
        Expect.SameShape(policy.Mean, referenceMean);
        using var scope = Tensor.Scope();
        return scope.Keep((policy.Mean - referenceMean.Detach()).Square().Mean());  // []
    }
}
