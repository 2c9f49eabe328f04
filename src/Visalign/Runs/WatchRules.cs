using System.Diagnostics;
using static System.FormattableString;

namespace Visalign.Runs;

/// <summary>What a run that goes wrong looks like in its metrics.</summary>
/// <remarks>
/// Each rule compares a mean over a window of iterations with a level, or with an earlier window of the same run. Rules
/// about trends also ask that the change stands out of the metric's own noise.
/// </remarks>
internal static class WatchRules
{
    // In standard errors of a difference. The best of a run's hundreds of windows of pure noise lies high, so a fall from it must be larger.
    private const double ClearFall = 6.5;
    private const double ClearRise = 3;
    private const double Runaway = 10;
    private const double Lopsided = 0.5;

    /// <summary>All rules.</summary>
    /// <param name="heldout">Names of the held-out rewards that may be looked at.</param>
    public static IReadOnlyList<WatchRule> All(WatchdogOptions options, IEnumerable<string> heldout) =>
    [
        new("kl", history => Divergence(history, options)),
        new("clip", history => Clipping(history, options)),
        new("signal", history => Signal(history, options)),
        new("reward", history => Reward(history, options)),
        .. heldout.Select(name => new WatchRule($"heldout/{name}", history => HeldOut(history, options, name))),
        new("diversity", history => Diversity(history, options)),
        new("gradient", history => Gradient(history, options)),
    ];

    private static string? Divergence(MetricHistory history, WatchdogOptions options)
    {
        if (history.Now("kl/mean") is not { } now) return null;
        if (now > options.MaxKl)
        {
            return Invariant($"The divergence from the base averages {now:G2} over {options.Window} iterations, above {options.MaxKl:G3}, so pictures may break before the reward shows it: ")
                + "lower the learning rate, or raise the KL coefficient.";
        }
        // Growing from nothing is how every run begins; only near the level does the pace matter.
        double? before = history.Find("kl/mean")!.Mean(history.Count - options.Window);
        return before > 0 && now > Runaway * before && now > options.MaxKl / 4
            ? Invariant($"The divergence from the base grew from {before:G2} to {now:G2} within {options.Window} iterations and runs away: lower the learning rate, or raise the KL coefficient.")
            : null;
    }

    private static string? Clipping(MetricHistory history, WatchdogOptions options)
    {
        if (history.Now("clip/positive") is not { } good || history.Now("clip/negative") is not { } bad) return null;
        if (Math.Max(good, bad) > options.MaxClipShare)
        {
            return Invariant($"Ratios are clipped for {good:P0} of the samples with positive and {bad:P0} of those with negative advantage, so most of each update is thrown away: ")
                + "make fewer updates per iteration, lower the learning rate, or widen the clip range.";
        }
        return Math.Abs(good - bad) > Lopsided
            ? Invariant($"Ratios are clipped for {good:P0} of the samples with positive but {bad:P0} of those with negative advantage, so one side moves unbounded: ")
                + "make fewer updates per iteration, or lower the learning rate."
            : null;
    }

    private static string? Signal(MetricHistory history, WatchdogOptions options) =>
        history.Now("group/without-signal") is { } share && share > options.MaxWithoutSignal
            ? Invariant($"In {share:P0} of the groups all samples earn the same reward, so there is next to nothing to learn from: ")
                + "use a graded reward, larger groups, or prompts that the model sometimes gets right and sometimes wrong."
            : null;

    private static string? Reward(MetricHistory history, WatchdogOptions options)
    {
        if (history.Find("reward/mean") is not { Peak: { } peak } rewards || rewards.Mean(history.Count) is not { } now) return null;
        double best = Known(rewards.Mean(peak));
        double spread = history.First("reward/deviation") ?? 0;
        return best - now > options.RewardFall * spread && IsApart(best, now, rewards, ClearFall)
            ? Invariant($"The trained reward fell from {best:G3} around iteration {peak} to {now:G3}, so the policy is falling apart: begin again with a lower learning rate or a higher KL coefficient.")
            : null;
    }

    private static string? HeldOut(MetricHistory history, WatchdogOptions options, string name)
    {
        var rewards = history.Find("reward/mean");
        if (rewards?.Mean(history.Count) is not { } trained) return null;
        if (history.Find($"heldout/{name}") is not { Peak: { } peak } heldout || heldout.Mean(history.Count) is not { } now) return null;
        double best = Known(heldout.Mean(peak));
        return best - now > options.HeldoutFall * Math.Abs(best) && IsApart(best, now, heldout, ClearFall)
            && rewards.Mean(peak) is { } then && trained > then && IsApart(trained, then, rewards, ClearRise)
            ? Invariant($"Since iteration {peak} the trained reward rose from {then:G3} to {trained:G3} while the held-out '{name}' fell from {best:G3} to {now:G3}, as when a reward is gamed: ")
                + "look at the pictures, stop earlier, raise the KL coefficient, or add what is missing to the rewards."
            : null;
    }

    private static string? Diversity(MetricHistory history, WatchdogOptions options) =>
        history.First("diversity/group") is { } first && history.Now("diversity/group") is { } now && now < options.MinDiversity * first
            ? Invariant($"Pictures of one prompt differ by {now:G3} where they began with {first:G3}, so the model is collapsing onto few pictures: ")
                + "raise the KL coefficient, lower the learning rate, or stop earlier."
            : null;

    private static string? Gradient(MetricHistory history, WatchdogOptions options)
    {
        // A few spikes are clipped and forgotten: three quarters of a window must be high. Five windows back is far enough to see a slow explosion.
        if (history.Find("gradient/norm") is not { } norms || norms.Quantile(0.25, history.Count) is not { } now) return null;
        double? lowest = Enumerable.Range(1, 5).Min(back => norms.Quantile(0.5, history.Count - back * options.Window));
        return lowest > 0 && now > options.GradientGrowth * lowest
            ? Invariant($"The gradient norm, {lowest:G2} not long ago, is {now:G2}, so updates are exploding: lower the learning rate, or the clip norm.")
            : null;
    }

    private static bool IsApart(double high, double low, MetricSeries series, double errors) => high - low > errors * Math.Sqrt(2) * series.Error;

    private static double Known(double? mean) => mean ?? throw new UnreachableException("A peak is the end of a window that has a mean.");
}
