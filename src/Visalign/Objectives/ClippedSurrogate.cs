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

    /// <summary>The loss of each sample or token, not yet averaged.</summary>
    /// <param name="logRatio">Any shape: policy minus old log-probability.</param>
    /// <param name="advantage">The same shape, without gradient.</param>
    /// <param name="clip">As in <see cref="Loss"/>.</param>
    /// <param name="ratioLimit">The ratio that is not clipped is held below this, so that a single one cannot make the loss of a negative advantage explode; infinity = off.</param>
    /// <returns>The same shape.</returns>
    public static Tensor PerSample(Tensor logRatio, Tensor advantage, ClipRange clip, double ratioLimit = double.PositiveInfinity)
    {
        Expect.SameShape(logRatio, advantage);
        using var scope = Tensor.Scope();
        var ratio = logRatio.Exp();
        var free = -advantage * (double.IsInfinity(ratioLimit) ? ratio : ratio.Clamp(high: ratioLimit));
        var bounded = -advantage * ratio.Clamp(1 - clip.Low, 1 + clip.High);
        return scope.Keep(Tensor.Max(free, bounded));
    }
}
