namespace Visalign.Runs;

/// <summary>The watchdog ended a run, as its recipe asked; a checkpoint was saved, and the message says why it stopped and how to go on.</summary>
public sealed class WatchdogStopException : OperationCanceledException
{
    /// <summary>Says why a run stopped.</summary>
    /// <param name="iteration">Iterations done and saved.</param>
    /// <param name="remark">What the watchdog said.</param>
    /// <param name="path">The run's folder.</param>
    public WatchdogStopException(long iteration, string remark, string path)
        : base($"The watchdog stopped the run after iteration {iteration}, as watchdog.stop asks. {remark} Go on in spite of it with: visalign resume {path}")
    {
    }
}
