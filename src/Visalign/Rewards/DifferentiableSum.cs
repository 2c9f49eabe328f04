using Visalign.Generators;
using Visalign.Pictures;
using Visalign.Torch;

namespace Visalign.Rewards;

/// <summary>A <see cref="RewardSum"/> all of whose parts have a gradient.</summary>
internal sealed class DifferentiableSum(RewardSum sum, IReadOnlyList<(IDifferentiableReward Reward, double Weight)> parts) : IDifferentiableReward
{
    /// <inheritdoc/>
    public string Name => sum.Name;

    /// <inheritdoc/>
    public RewardScores Score(PictureBatch pictures, IReadOnlyList<Condition> conditions) => sum.Score(pictures, conditions).Total;

    /// <inheritdoc/>
    public Tensor Score(Tensor pixels, IReadOnlyList<Condition> conditions)
    {
        using var scope = Tensor.Scope();
        var total = parts[0].Reward.Score(pixels, conditions) * parts[0].Weight;                            // [B]
        foreach (var (reward, weight) in parts.Skip(1)) total = total + reward.Score(pixels, conditions) * weight;
        return scope.Keep(total);
    }
}
