using System.Diagnostics;
using Visalign.Generators;
using Visalign.Pictures;
using Visalign.Rewards;

namespace Visalign.Runs;

/// <summary>What a run's rewards said of one batch.</summary>
/// <param name="Trained">The weighted sum that is trained on, and its parts.</param>
/// <param name="Heldout">By name, the rewards that are only watched.</param>
internal sealed record JuryScores(SummedScores Trained, IReadOnlyList<(string Name, RewardScores Scores)> Heldout);

/// <summary>The rewards of a run, those trained on and those only watched, each held to the recipe's limit on failures.</summary>
internal sealed class Jury : IDisposable
{
    private readonly List<IReward> _rewards = [];
    private readonly IReadOnlyList<WeightedReward> _limited;
    private readonly RewardSum? _sum;
    private readonly IReadOnlyList<FailureLimit> _heldout;

    /// <summary>Opens every reward of a recipe.</summary>
    /// <exception cref="InputException">None is named, or one is not to be had; nothing stays open.</exception>
    public Jury(Recipe recipe, TimeProvider clock)
    {
        if (recipe.Rewards.Count == 0 && recipe.Method.LearnsFromRewards) throw new InputException("rewards: the recipe names none. Add at least one, such as '- exact'.");
        if (recipe.Rewards.FirstOrDefault(options => options.Weight == 0) is { } idle)
            throw new InputException($"rewards: the weight of '{RewardCatalog.NameOf(idle)}' is 0, so nothing is learned from it. Name it under 'heldout', where it is watched, or give it a weight.");
        if (recipe.Heldout.Count > 0 && !recipe.Method.LearnsFromRewards)
            throw new InputException("heldout: the method learns from pictures of a folder, and nobody judges these while training, so there is nothing to watch. Leave it out.");
        try
        {
            _limited = [.. recipe.Rewards.Select(options => new WeightedReward(Limited(options), options.Weight))];
            _sum = _limited.Count == 0 ? null : new(_limited);
            _heldout = [.. recipe.Heldout.Select(Limited)];
        }
        catch
        {
            Dispose();
            throw;
        }

        FailureLimit Limited(IRewardOptions options)
        {
            var reward = RewardCatalog.Create(options, new(clock, (int)recipe.Seed));
            _rewards.Add(reward);
            return new(reward, recipe.Failures);
        }
    }

    /// <summary>Those trained on, in the recipe's order, without the limit.</summary>
    public IReadOnlyList<IReward> Trained => [.. _rewards.Take(_limited.Count)];

    /// <summary>Those only watched, likewise.</summary>
    public IReadOnlyList<IReward> Heldout => [.. _rewards.Skip(_limited.Count)];

    /// <summary>Those trained on, with their weights and without the limit.</summary>
    public RewardSum Sum => new([.. Trained.Zip(_limited, (reward, limited) => limited with { Reward = reward })]);

    /// <summary>The same for pictures on the way. What runs in this program knows noise levels or gradients and does not fail; the others are held to the limit.</summary>
    public IStepReward Stepwise() => new RewardSum([.. Trained.Zip(_limited, (reward, limited) => reward is IStepReward or IDifferentiableReward ? limited with { Reward = reward } : limited)]).Stepwise();

    /// <summary>Judges a batch by those trained on, with the limit.</summary>
    /// <exception cref="InputException">One fails more often than the recipe bears.</exception>
    public SummedScores ScoreTrained(PictureBatch pictures, IReadOnlyList<Condition> conditions) => (_sum ?? throw new UnreachableException("Without rewards nobody is judged.")).Score(pictures, conditions);

    /// <summary>Judges a batch by all.</summary>
    /// <exception cref="InputException">One fails more often than the recipe bears.</exception>
    public JuryScores Score(PictureBatch pictures, IReadOnlyList<Condition> conditions) =>
        new(ScoreTrained(pictures, conditions), [.. _heldout.Select(reward => (reward.Name, reward.Score(pictures, conditions)))]);

    /// <summary>Ends child processes and connections.</summary>
    public void Dispose()
    {
        foreach (var reward in _rewards) (reward as IDisposable)?.Dispose();
    }
}
