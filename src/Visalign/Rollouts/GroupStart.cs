namespace Visalign.Rollouts;

/// <summary>Where the samples of a group part ways.</summary>
public enum GroupStart
{
    /// <summary>Every sample has start noise of its own.</summary>
    Independent,
    /// <summary>A group shares its start noise.</summary>
    Shared,
    /// <summary>A group shares everything up to the window, which runs once for each condition, and branches there: the first version of Flow-GRPO-Fast.</summary>
    Prefix,
}
