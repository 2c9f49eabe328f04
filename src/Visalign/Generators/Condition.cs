namespace Visalign.Generators;

/// <summary>What was asked of the generator.</summary>
/// <param name="Prompt">The request in plain English; empty where nothing in particular is asked.</param>
/// <param name="Negative">What guidance leads away from; empty for whatever comes unasked.</param>
public sealed record Condition(string Prompt, string Negative = "");
