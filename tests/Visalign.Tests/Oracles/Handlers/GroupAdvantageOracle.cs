using Visalign.Credit;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>Handles advantages within prompts, and the mask that drops samples without signal.</summary>
public static class GroupAdvantageOracle
{
    /// <inheritdoc cref="OracleHandler"/>
    public static void Run(OracleCase oracle, OracleComparison comparison)
    {
        var scope = oracle.Config.GetProperty("std").GetString()! switch
        {
            var words when words.Contains("population std of ALL rewards", StringComparison.Ordinal) => DeviationScope.Batch,
            var words when words.Contains("population std within the prompt", StringComparison.Ordinal) => DeviationScope.Group,
            var words => throw new NotSupportedException($"A deviation of the kind '{words}' is not computed here."),
        };
        int steps = oracle.Config.GetProperty("num_train_steps").GetInt32();

        double[] advantages = GroupCredit.Advantages(
            oracle["in.rewards"].Doubles, oracle["in.prompt_id"].Integers, scope, oracle.Config.GetProperty("eps").GetDouble());

        comparison.Expect("out.advantages", [.. advantages.SelectMany(advantage => Enumerable.Repeat(advantage, steps))], advantages.Length, steps);
        comparison.Expect("out.keep_mask", [.. advantages.Select(advantage => GroupCredit.HasSignal(advantage) ? 1.0 : 0)], advantages.Length);
    }
}
