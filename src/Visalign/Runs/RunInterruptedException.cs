namespace Visalign.Runs;

/// <summary>A run was asked to stop and did, in a state that can be gone on with; the message says how.</summary>
public sealed class RunInterruptedException : OperationCanceledException
{
    /// <summary>Says where a run stopped.</summary>
    /// <param name="iteration">Iterations done and saved.</param>
    /// <param name="path">The run's folder.</param>
    public RunInterruptedException(long iteration, long iterations, string path, OperationCanceledException cause)
        : base($"Interrupted after {iteration} of {iterations} iterations; nothing is lost. Go on with: visalign resume {path}", cause, cause.CancellationToken)
    {
    }

    /// <summary>Says where several runs stopped.</summary>
    /// <param name="done">Runs that have ended.</param>
    public RunInterruptedException(int done, int runs, OperationCanceledException cause)
        : base($"Interrupted after {done} of {runs} runs; nothing is lost. Go on with the same command.", cause, cause.CancellationToken)
    {
    }
}
