using Visalign.Credit;
using Visalign.Generators;
using Visalign.Rollouts;
using Visalign.Torch;

namespace Visalign.Methods;

/// <summary>Fine-tuning on the best sample of each group: the baseline every policy gradient has to beat.</summary>
/// <remarks>
/// Samples as the compared run does, without noise in the steps, keeps the sample with the highest reward of each group,
/// and takes flow-matching steps on it: the same number of reward calls and optimizer steps, no advantage, no ratio
/// (rejection-sampling fine-tuning, as in Dong et al., RAFT, arXiv 2304.06767). Departures: one step per iteration.
/// </remarks>
public sealed record BestOfGroupTuning : IMethod
{
    /// <inheritdoc/>
    public Assembly Assemble(AssemblyContext context)
    {
        if (context.Optimizer.UpdatesPerIteration != 1)
            throw new InputException($"optimizer.updates_per_iteration is {context.Optimizer.UpdatesPerIteration}; best-of-group-tuning makes exactly 1.");
        var plan = RolloutPlan.Deterministic(context.Noise, context.Rollout);
        return new()
        {
            Sample = (weights, conditions, iteration) => RolloutSampler.Sample(context.Noise, weights, plan, conditions, LogProbReduction.Mean, context.Seed, iteration, processes: context.Processes),
            // 1 for the best of its group, 0 for the others and for groups without a difference.
            Credit = (rewards, groups) => Best(rewards, groups),
            Updates = (rollout, best) => Updates(context, (NoiseRollout)rollout, best),
            Terms = [new("flow matching", (rollout, best) => Updates(context, (NoiseRollout)rollout, best))],
        };
    }

    private static double[] Best(double[] rewards, long[] groups)
    {
        var advantages = GroupCredit.Advantages(rewards, groups, DeviationScope.Group);
        var chosen = new double[rewards.Length];
        foreach (var group in Enumerable.Range(0, rewards.Length).GroupBy(i => groups[i]))
        {
            int best = group.MaxBy(i => advantages[i]);
            if (advantages[best] > 0) chosen[best] = 1;
        }
        return chosen;
    }

    private static IEnumerable<Update> Updates(AssemblyContext context, NoiseRollout rollout, double[] best)
    {
        var rows = Enumerable.Range(0, best.Length).Where(i => best[i] > 0).Select(i => (long)i).ToArray();
        if (rows.Length == 0) yield break;
        yield return new([_ =>
        {
            using var scope = Tensor.Scope();
            var picked = Tensor.From(rows, rows.Length);
            var data = rollout.Final.IndexSelect(0, picked);
            var noise = context.Noise.DrawNoise(new(context.Seed, NoisePurpose.Training, Iteration: rollout.Iteration), 0, rows.Length);
            var key = new NoiseKey(context.Seed, NoisePurpose.Training, Iteration: rollout.Iteration, Branch: 1);
            var times = Tensor.From(Enumerable.Range(0, rows.Length).Select(i => (float)context.Noise.Schedule.TrainingLevel(Noise.Uniform(key, i))).ToArray(), rows.Length);
            var noisy = data.Lerp(noise, times.Reshape(-1, 1, 1, 1));
            var velocity = context.Noise.Velocity(context.Policy, noisy, times, rollout.Encoded.Select(picked));
            return scope.Keep((velocity - (noise - data)).Square().Mean());
        }]);
    }
}
