using Visalign.Torch;

namespace Visalign.Generators;

/// <summary>Which branches of guidance are trained.</summary>
public enum GuidanceGradient
{
    /// <summary>The conditional one; the answer to the empty prompt counts as a constant, as in the code of Flow-GRPO.</summary>
    Conditional,
    /// <summary>Both, as in the code of Flow-CPS and DDPO.</summary>
    Both,
}

/// <summary>Classifier-free guidance.</summary>
/// <remarks>
/// Ho and Salimans, arXiv 2207.12598, equation 6 with its weight plus one, as diffusion code writes it:
/// <code>v = v_unconditional + w (v_conditional - v_unconditional)</code>
/// Departures: none.
/// </remarks>
public static class Guidance
{
    /// <summary>The guided prediction.</summary>
    /// <param name="conditional">Shape <c>[B, …]</c>: the network's answer to the prompts.</param>
    /// <param name="unconditional">The same shape: its answer to the empty prompt; <see cref="GuidanceGradient"/> says whether it carries a gradient.</param>
    /// <param name="scale">w: 1 gives the conditional prediction, 4.5 is usual for images.</param>
    /// <returns>Shape of the predictions.</returns>
    public static Tensor Combine(Tensor conditional, Tensor unconditional, double scale)
    {
        Expect.SameShape(conditional, unconditional);
        using var scope = Tensor.Scope();
        return scope.Keep(unconditional + (conditional - unconditional) * scale);
    }
}
