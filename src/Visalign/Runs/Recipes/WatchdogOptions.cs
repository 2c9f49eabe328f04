namespace Visalign.Runs.Recipes;

/// <summary>What happens when the trained rewards rise while the held-out ones fall.</summary>
public sealed record WatchdogOptions
{
    /// <summary>Whether an alarm ends the run, after a checkpoint; otherwise it is only shown.</summary>
    public bool StopOnAlarm { get; init; }
}
