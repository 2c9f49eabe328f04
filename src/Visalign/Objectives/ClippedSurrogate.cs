using Visalign.Torch;

namespace Visalign.Objectives;

/// <summary>How far the ratio may move before its gradient stops.</summary>
/// <param name="Low">Below 1.</param>
/// <param name="High">Above 1.</param>
public readonly record struct ClipRange(double Low, double High)
{
    /// <summary>The same distance on both sides.</summary>
    public static ClipRange Symmetric(double distance) => new(distance, distance);
}

/// <summary>The clipped surrogate of PPO, as a loss to minimize.</summary>
/// <remarks>
/// Schulman et al., arXiv 1707.06347, equation 7, negated:
/// <code>L = mean(max(-A r, -A clamp(r, 1 - low, 1 + high))),  r = exp(logRatio)</code>
/// Departures: none.
/// </remarks>
public static class ClippedSurrogate
{
    /// <summary>The loss.</summary>
    /// <param name="logRatio">Shape <c>[B]</c>: policy minus old log-probability, both with the same reduction.</param>
    /// <param name="advantage">Shape <c>[B]</c>, without gradient.</param>
    /// <param name="clip">About 1e-4 for log-probabilities averaged over elements, 0.2 for token log-probabilities.</param>
    /// <returns>Scalar; minus the mean advantage when the policies agree.</returns>
    public static Tensor Loss(Tensor logRatio, Tensor advantage, ClipRange clip)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(PerSample(logRatio, advantage, clip).Mean());  // []
    }

    /// <summary>The loss of each sample, not yet averaged.</summary>
    /// <inheritdoc cref="Loss"/>
    /// <returns>Shape <c>[B]</c>.</returns>
    public static Tensor PerSample(Tensor logRatio, Tensor advantage, ClipRange clip)
    {
        Expect.SameShape(logRatio, advantage);
        using var scope = Tensor.Scope();
        var ratio = logRatio.Exp();
        var free = -advantage * ratio;
        var bounded = -advantage * ratio.Clamp(1 - clip.Low, 1 + clip.High);
        return scope.Keep(Tensor.Max(free, bounded));
    }
}
