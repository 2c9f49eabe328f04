namespace Visalign.Generators;

/// <summary>What was asked of the generator.</summary>
/// <param name="Prompt">The request in plain English; empty for the unconditional branch of guidance.</param>
public sealed record Condition(string Prompt);
