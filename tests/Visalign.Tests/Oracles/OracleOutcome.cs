namespace Visalign.Tests.Oracles;

/// <summary>How a case ended.</summary>
public enum OracleStatus
{
    /// <summary>Every expected value was reproduced.</summary>
    Pass,
    /// <summary>Some value was not, or the handler broke off.</summary>
    Fail,
    /// <summary>Nothing here computes what the case asks for.</summary>
    NoHandler,
}

/// <summary>What came of one oracle case.</summary>
/// <param name="LargestDeviation">The largest |got - want| over all compared numbers; 0 where verdicts or words are compared.</param>
/// <param name="Detail">What failed first, or what was compared.</param>
public sealed record OracleOutcome(OracleStatus Status, double LargestDeviation, string Detail)
{
    /// <summary>Whether every expected value was reproduced.</summary>
    public bool Passed => Status == OracleStatus.Pass;
}
