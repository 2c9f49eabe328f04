namespace Visalign.Rewards;

/// <summary>A reward as a recipe asks for it; each kind of reward has a sealed record of its options.</summary>
public interface IRewardOptions
{
    /// <summary>Factor of its credit among all rewards; ignored where the reward is only watched.</summary>
    double Weight { get; }
}
