using Visalign.Generators;
using Visalign.Pictures;

namespace Visalign.Rewards;

/// <summary>A reward from a function, for one's own reward in a line of C#.</summary>
/// <param name="name">The name in metrics.</param>
/// <param name="judge">From B pictures and B conditions to B numbers; NaN for a picture that cannot be judged.</param>
public sealed class DelegateReward(string name, Func<PictureBatch, IReadOnlyList<Condition>, double[]> judge) : IReward
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public RewardScores Score(PictureBatch pictures, IReadOnlyList<Condition> conditions) =>
        Judgment.Settle(name, new RewardScores(judge(pictures, conditions)), pictures.Count);
}
