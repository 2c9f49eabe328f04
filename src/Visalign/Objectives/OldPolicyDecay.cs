namespace Visalign.Objectives;

/// <summary>How slowly an old policy follows the one under training.</summary>
public enum OldPolicySchedule
{
    /// <summary>It is the policy of the iteration before: type 0 of the authors.</summary>
    Immediate,
    /// <summary>Its memory grows by 0.001 with each optimizer step, up to 0.5: type 1, with beta 1.</summary>
    Gradual,
    /// <summary>No memory for 75 optimizer steps, then 0.0075 more with each, up to 0.999: type 2, with beta 0.1.</summary>
    Late,
}

/// <summary>How much of an old policy stays when it follows the one under training.</summary>
/// <remarks>
/// <c>return_decay</c> of the code of DiffusionNFT (Zheng et al., arXiv 2509.16117):
/// <code>
/// old = decay old + (1 - decay) policy,   decay(n) = 0 if n &lt; flat, else min((n - flat) rate, cap)
/// </code>
/// Departures: none.
/// </remarks>
public static class OldPolicyDecay
{
    /// <summary>The share that stays.</summary>
    /// <param name="step">n: optimizer steps taken, the latest included.</param>
    /// <returns>In [0, 1).</returns>
    public static double At(OldPolicySchedule schedule, long step) => schedule switch
    {
        OldPolicySchedule.Gradual => Math.Min(step * 0.001, 0.5),
        OldPolicySchedule.Late => step < 75 ? 0 : Math.Min((step - 75) * 0.0075, 0.999),
        _ => 0,
    };
}
