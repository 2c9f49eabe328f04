namespace Visalign.Runs;

/// <summary>How much of the logs a checkpoint covers.</summary>
/// <param name="Metrics">Bytes of <c>metrics.jsonl</c>.</param>
/// <param name="Remarks">Bytes of <c>remarks.jsonl</c>.</param>
internal readonly record struct LogLengths(long Metrics, long Remarks)
{
    /// <summary>Which log has become shorter than these, in words; null when none has.</summary>
    /// <param name="now">The lengths there are.</param>
    public string? MissingFrom(LogLengths now) =>
        now.Metrics < Metrics ? $"metrics.jsonl had {Metrics} bytes then and has {now.Metrics} now"
        : now.Remarks < Remarks ? $"remarks.jsonl had {Remarks} bytes then and has {now.Remarks} now"
        : null;
}
