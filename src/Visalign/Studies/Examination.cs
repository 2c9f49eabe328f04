using Visalign.Generators;
using Visalign.Pictures;
using Visalign.Rewards;
using Visalign.Rollouts;
using Visalign.Runs;
using Visalign.Worlds;

namespace Visalign.Studies;

/// <summary>What an evaluation asks for, and who judges the pictures.</summary>
public sealed record Examination
{
    /// <summary>What <see cref="Exact"/> measures.</summary>
    public const string ExactScore = "exact score";

    /// <summary>What is measured where the exact checker cannot judge.</summary>
    public const string TrainedReward = "trained reward";

    /// <summary>The embedded world's prompts, judged by its exact checker: 1 where a picture shows what was asked, else 0.</summary>
    public static Examination Exact { get; } = new()
    {
        Metric = ExactScore,
        Prompts = World,
        Judge = (pictures, conditions) =>
        {
            Verdict[] verdicts = [.. conditions.Select((condition, i) => ExactReward.Check(pictures[i], condition))];
            return ([.. verdicts.Select(verdict => verdict.Correct ? 1.0 : 0)], verdicts);
        },
    };

    /// <summary>What is measured, as the rest of "the ...".</summary>
    public required string Metric { get; init; }

    /// <summary>Whose prompts, in words.</summary>
    public string Asked { get; init; } = "held-out prompts";

    /// <summary>Rows of one forward pass.</summary>
    public int MicroBatch { get; init; } = 64;

    /// <summary>The first prompts of a split.</summary>
    public required Func<PromptSplit, int, IReadOnlyList<Condition>> Prompts { get; init; }

    /// <summary>A score for each picture, higher is better, NaN where a reward failed; and verdicts where there are any.</summary>
    public required Func<PictureBatch, IReadOnlyList<Condition>, (IReadOnlyList<double> Scores, IReadOnlyList<Verdict> Verdicts)> Judge { get; init; }

    /// <summary>How a run is examined: exactly where its model draws the embedded world, else by the rewards it is trained on.</summary>
    /// <remarks>Prompts of the user's own have no splits: there the same ones train, tune and examine.</remarks>
    public static Examination Of(AlignmentRun run) => Of(run.Recipe, run.Generator, run.Judge);

    /// <summary>The same outside of a run.</summary>
    /// <param name="judge">The rewards trained on, in their weighted sum.</param>
    internal static Examination Of(Recipe recipe, IGenerator generator, Func<PictureBatch, IReadOnlyList<Condition>, RewardScores> judge) => generator.DrawsWorld ? Exact : new()
    {
        Metric = TrainedReward,
        Asked = recipe.Prompts == PromptSource.WorldName ? "held-out prompts" : "prompts of the recipe",
        MicroBatch = recipe.Rollout.MicroBatch,
        Prompts = PromptsOf(recipe, generator),
        Judge = (pictures, conditions) =>
        {
            var said = judge(pictures, conditions);
            return said.Values.All(double.IsNaN) ? throw new InputException($"evaluation: none of {said.Values.Length} pictures has a score; first: {said.FirstFailure}") : (said.Values, []);
        },
    };

    /// <summary>What the rewards trained on say of what was examined, on average; null where none has a score.</summary>
    /// <param name="judge">Those rewards, asked only where they have not judged already.</param>
    internal double? RewardOf(Evaluation evaluation, Func<PictureBatch, IReadOnlyList<Condition>, RewardScores> judge)
    {
        if (Metric == TrainedReward) return evaluation.Score;
        double[] judged = [.. judge(evaluation.Pictures, evaluation.Conditions).Values.Where(double.IsFinite)];
        return judged.Length > 0 ? judged.Average() : null;
    }

    /// <summary>What a run asked, for pictures that are shown and not judged: where the exact checker cannot tell, nobody is asked again.</summary>
    internal static Examination ToShow(Recipe recipe, IGenerator generator) => generator.DrawsWorld ? Exact : new()
    {
        Metric = "nothing",
        Prompts = PromptsOf(recipe, generator),
        Judge = (_, conditions) => ([.. conditions.Select(_ => double.NaN)], []),
    };

    // A file is read once for a split, however often it is asked.
    private static Func<PromptSplit, int, IReadOnlyList<Condition>> PromptsOf(Recipe recipe, IGenerator generator)
    {
        Dictionary<PromptSplit, PromptSource> opened = [];
        return (split, count) =>
        {
            if (!opened.TryGetValue(split, out var source)) opened[split] = source = PromptSource.Of(recipe.Prompts, split, generator);
            return source.Draw(HeldOutEvaluation.Seed, 0, count);
        };
    }

    private static Condition[] World(PromptSplit split, int count) => PromptSource.World(split).Draw(HeldOutEvaluation.Seed, 0, count);
}
