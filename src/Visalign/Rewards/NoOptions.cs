namespace Visalign.Rewards;

/// <summary>The options of a reward that has nothing to set.</summary>
public sealed record NoOptions;
