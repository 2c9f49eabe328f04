namespace Visalign.Runs;

/// <summary>One illness the watchdog knows.</summary>
/// <param name="Name">Tells rules apart.</param>
/// <param name="Complaint">A sentence while the run looks ill, null while it looks well; a pure function of the metrics so far.</param>
internal sealed record WatchRule(string Name, Func<MetricHistory, string?> Complaint);
