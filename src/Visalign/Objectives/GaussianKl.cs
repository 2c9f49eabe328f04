using Visalign.Generators;
using Visalign.Torch;

namespace Visalign.Objectives;

/// <summary>What the squared distance of two step means is divided by.</summary>
public enum KlForm
{
    /// <summary>Twice the step's variance, sigma² h: the exact KL of equal-variance Gaussians per element, as in the paper.</summary>
    Exact,
    /// <summary>As in the authors' code: twice sigma² without the step length for Flow-SDE, with coefficients ten times larger; nothing for CPS.</summary>
    WithoutStepLength,
}

/// <summary>Divergence of the policy's step from the reference's.</summary>
/// <remarks>Liu et al., Flow-GRPO, arXiv 2505.05470, equation 12: <c>mean (μ - μ_ref)² / (2 τ²)</c>, averaged over elements and batch.</remarks>
public static class GaussianKl
{
    /// <summary>The penalty.</summary>
    /// <param name="policy">The policy's step.</param>
    /// <param name="referenceMean">Shape of the latents, without gradient.</param>
    /// <param name="variance">Broadcastable: what <see cref="Variance"/> gives.</param>
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

    /// <summary>What a form of the penalty divides half the squared distance by.</summary>
    /// <param name="kernel">Of the step; its authors' code may drop more than the step length.</param>
    /// <param name="deviation">τ: the step's full standard deviation.</param>
    /// <param name="stepLength">h = s - s', positive.</param>
    /// <returns>For <see cref="Loss"/>, broadcastable.</returns>
    public static Tensor Variance(KlForm form, IStepKernel kernel, Tensor deviation, double stepLength)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(form == KlForm.Exact ? deviation.Square() : kernel.KlVariance(deviation, stepLength));
    }
}
