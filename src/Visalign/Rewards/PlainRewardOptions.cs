namespace Visalign.Rewards;

/// <summary>The options of a reward that has nothing to set but its weight.</summary>
public sealed record PlainRewardOptions : IRewardOptions
{
    /// <summary>Which reward.</summary>
    public string Name { get; init; } = "";

    /// <inheritdoc/>
    public double Weight { get; init; } = 1;
}
