namespace Visalign.Tests.Oracles;

/// <summary>What came of one oracle case.</summary>
/// <param name="LargestDeviation">The largest |got - want| over all compared numbers; 0 where verdicts or words are compared.</param>
/// <param name="Detail">What failed first, or what was compared.</param>
public sealed record OracleOutcome(bool Passed, double LargestDeviation, string Detail);
