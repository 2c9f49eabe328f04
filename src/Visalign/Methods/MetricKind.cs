namespace Visalign.Methods;

/// <summary>A family of metrics that a report draws together, such as <c>kl/</c>.</summary>
/// <param name="Prefix">What their names begin with, the stroke included.</param>
/// <param name="Title">What people call them.</param>
/// <param name="Note">How they look in a healthy run, and what else would mean.</param>
/// <param name="IsShare">Whether they are shares, in [0, 1].</param>
public sealed record MetricKind(string Prefix, string Title, string Note, bool IsShare = false);
