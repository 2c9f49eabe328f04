using System.Collections.Concurrent;
using Visalign.Generators;
using Visalign.Pictures;
using Visalign.Worlds;

namespace Visalign.Rewards;

/// <summary>How the exact checker's verdict becomes a number.</summary>
public enum ExactMode
{
    /// <summary>1 for a correct picture, 0 for any other.</summary>
    Strict,
    /// <summary>The graded score in [0, 1]; 0.8 and more exactly for correct pictures.</summary>
    Soft,
}

/// <summary>Options of <see cref="ExactReward"/>.</summary>
public sealed record ExactRewardOptions : IRewardOptions
{
    /// <inheritdoc/>
    public double Weight { get; init; } = 1;

    /// <summary>Graded or not.</summary>
    public ExactMode Mode { get; init; } = ExactMode.Soft;
}

/// <summary>What the embedded world's checker says of a picture; prompts must be in the world's grammar.</summary>
public sealed class ExactReward(ExactRewardOptions options) : IReward
{
    /// <summary>Its name when it is not graded: the score that runs are measured by.</summary>
    public const string StrictName = "exact-strict";

    private static readonly ConcurrentDictionary<string, SceneRequest> Requests = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public string Name => options.Mode == ExactMode.Strict ? StrictName : "exact";

    /// <inheritdoc/>
    public RewardScores Score(PictureBatch pictures, IReadOnlyList<Condition> conditions) =>
        Judgment.OfEach(Name, pictures, conditions, index =>
        {
            var verdict = Check(pictures[index], conditions[index]);
            return options.Mode == ExactMode.Soft ? verdict.Score : verdict.Correct ? 1 : 0;
        });

    /// <summary>The verdict on one picture.</summary>
    /// <exception cref="InputException">The prompt is not in the world's grammar.</exception>
    public static Verdict Check(ReadOnlySpan<float> picture, Condition condition) =>
        SceneChecker.Check(picture, Requests.GetOrAdd(condition.Prompt, PromptGrammar.Parse));
}
