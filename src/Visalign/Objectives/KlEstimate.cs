using Visalign.Torch;

namespace Visalign.Objectives;

/// <summary>The divergence of a policy from its reference, estimated from what the policy drew.</summary>
/// <remarks>Schulman, "Approximating KL Divergence", 2020, k3; as a term of the loss in Shao et al., arXiv 2402.03300, equation 4.</remarks>
public static class KlEstimate
{
    /// <summary><c>exp(d) - d - 1</c>, d = reference - policy: never negative, and right on average over what the policy draws.</summary>
    /// <param name="logProb">Of the policy; any shape, with gradient.</param>
    /// <param name="reference">Of the reference, the same shape, without gradient.</param>
    /// <returns>The same shape.</returns>
    public static Tensor PerToken(Tensor logProb, Tensor reference)
    {
        Expect.SameShape(logProb, reference);
        using var scope = Tensor.Scope();
        var difference = reference - logProb;
        return scope.Keep(difference.Exp() - difference - 1);
    }
}
