using System.ComponentModel.DataAnnotations;

namespace Visalign.Runs;

/// <summary>When the watchdog speaks up, and whether it may stop the run.</summary>
public sealed record WatchdogOptions
{
    /// <summary>Whether a remark ends the run, with a checkpoint to go on from; otherwise it is only told.</summary>
    public bool Stop { get; init; }

    /// <summary>Iterations that are averaged before anything is judged.</summary>
    [Range(2, 10_000)]
    public int Window { get; init; } = 10;

    /// <summary>Largest divergence from the base, kl/mean.</summary>
    [Range(0, 1e9, MinimumIsExclusive = true)]
    public double MaxKl { get; init; } = 0.1;

    /// <summary>Largest share of clipped ratios among samples of one sign of the advantage.</summary>
    [Range(0, 1)]
    public double MaxClipShare { get; init; } = 0.6;

    /// <summary>Largest share of groups whose rewards are all alike.</summary>
    [Range(0, 1)]
    public double MaxWithoutSignal { get; init; } = 0.8;

    /// <summary>How far a held-out reward may fall below its best while the trained one rises, as a share of that best.</summary>
    [Range(0, 1e9)]
    public double HeldoutFall { get; init; } = 0.25;

    /// <summary>How far the trained reward may fall below its best, in standard deviations of the first pictures' rewards.</summary>
    [Range(0, 1e9)]
    public double RewardFall { get; init; } = 0.5;

    /// <summary>How much of the first pictures' diversity must be left.</summary>
    [Range(0, 1)]
    public double MinDiversity { get; init; } = 0.5;

    /// <summary>How many times its earlier norm the gradient may reach.</summary>
    [Range(1, 1e9)]
    public double GradientGrowth { get; init; } = 10;
}
