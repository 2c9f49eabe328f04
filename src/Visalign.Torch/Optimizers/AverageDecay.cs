namespace Visalign.Torch.Optimizers;

/// <summary>How much of a moving average of parameters stays at each optimizer step.</summary>
/// <remarks>
/// The <c>EMAModuleWrapper</c> of Flow-GRPO (arXiv 2505.05470): every k-th step, with
/// <code>decay(n) = min((1 + n) / (10 + n), decay)</code>
/// so that the early average follows the parameters instead of their initial values. Departures: none.
/// </remarks>
public static class AverageDecay
{
    /// <summary>The share of the old average that stays.</summary>
    /// <param name="step">n, from 0.</param>
    /// <param name="decay">Its largest value, 0.9 in the paper's code.</param>
    /// <param name="interval">k: the average moves at steps k - 1, 2k - 1, …; 8 in the paper's code.</param>
    /// <returns>For <see cref="AdamW.Step"/>; 1 at the steps in between.</returns>
    public static double At(long step, double decay, long interval = 1) =>
        (step + 1) % interval == 0 ? Math.Min((1.0 + step) / (10 + step), decay) : 1;
}
