using Visalign.Generators;
using Visalign.Pictures;

namespace Visalign.Rewards;

/// <summary>A reward and its factor in a sum.</summary>
/// <param name="Reward">The reward; the sum owns neither it nor what it holds open.</param>
/// <param name="Weight">Finite; negative makes the reward a penalty.</param>
public sealed record WeightedReward(IReward Reward, double Weight);

/// <summary>What one part of a sum said, before its weight.</summary>
public sealed record PartScores(string Name, double Weight, RewardScores Scores);

/// <summary>The scores of a sum and of each of its parts.</summary>
/// <param name="Total">B weighted sums; NaN where any part failed.</param>
/// <param name="Parts">One per reward, in the recipe's order, for metrics.</param>
public sealed record SummedScores(RewardScores Total, IReadOnlyList<PartScores> Parts);

/// <summary>The weighted sum of rewards: <c>total = sum_k weight_k reward_k</c>.</summary>
/// <remarks>
/// A picture that one part failed to judge has no total: leaving the part out would reward or punish it for the
/// failure. Raw scores are added; their scales differ, so weights must carry them.
/// </remarks>
public sealed class RewardSum : IReward
{
    private readonly IReadOnlyList<WeightedReward> _parts;

    /// <summary>A sum over <paramref name="parts"/>.</summary>
    /// <exception cref="InputException">No part, two of one name, or a weight that is not finite.</exception>
    public RewardSum(params IReadOnlyList<WeightedReward> parts)
    {
        if (parts.Count == 0)
        {
            throw new InputException("rewards: found none, expected at least one.");
        }
        var names = new HashSet<string>();
        foreach (var part in parts)
        {
            if (!names.Add(part.Reward.Name))
            {
                throw new InputException(
                    $"rewards: '{part.Reward.Name}' is there twice, and metrics could not tell them apart. Add their weights, or give one a label.");
            }
            if (!double.IsFinite(part.Weight))
            {
                throw new InputException($"rewards: weight of '{part.Reward.Name}' is {part.Weight}, expected a finite number.");
            }
        }
        _parts = parts;
    }

    /// <inheritdoc/>
    public string Name => "sum";

    /// <summary>Judges a batch by every part.</summary>
    /// <param name="pictures">B pictures.</param>
    /// <param name="conditions">B conditions, one for each picture.</param>
    /// <exception cref="InputException">A part gave the wrong number of scores.</exception>
    public SummedScores Score(PictureBatch pictures, IReadOnlyList<Condition> conditions)
    {
        var total = new double[pictures.Count];                          // [B]
        string? firstFailure = null;
        var parts = new List<PartScores>(_parts.Count);
        foreach (var (reward, weight) in _parts)
        {
            var scores = Judgment.Of(reward, pictures, conditions);
            for (int index = 0; index < total.Length; index++)
            {
                total[index] += weight * scores.Values[index];
            }
            firstFailure ??= scores.FirstFailure;
            parts.Add(new PartScores(reward.Name, weight, scores));
        }
        return new SummedScores(Judgment.Settle(Name, new RewardScores(total, firstFailure), pictures.Count), parts);
    }

    /// <summary>The same sum with a gradient, for methods that follow it.</summary>
    /// <exception cref="InputException">A part has none; the sentence names the rewards that have.</exception>
    public IDifferentiableReward Differentiable()
    {
        string[] without = [.. _parts.Select(part => part.Reward).Where(reward => reward is not IDifferentiableReward).Select(reward => $"'{reward.Name}'")];
        return without.Length == 0 ? new DifferentiableSum(this, [.. _parts.Select(part => ((IDifferentiableReward)part.Reward, part.Weight))])
            : throw new InputException(
                $"rewards: {string.Join(" and ", without)} {(without.Length == 1 ? "has" : "have")} no gradient with respect to the picture, which this method follows. " +
                $"These have one: {string.Join(", ", RewardCatalog.All.Where(entry => entry.HasGradient).Select(entry => entry.Name))}.");
    }

    /// <summary>The same sum of pictures as they are guessed on the way, for methods that judge there.</summary>
    public IStepReward Stepwise() => new StepwiseSum(_parts);

    RewardScores IReward.Score(PictureBatch pictures, IReadOnlyList<Condition> conditions) => Score(pictures, conditions).Total;
}
