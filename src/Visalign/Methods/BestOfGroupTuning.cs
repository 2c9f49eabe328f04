using Visalign.Credit;
using Visalign.Generators;
using Visalign.Networks;
using Visalign.Rollouts;
using Visalign.Torch;

namespace Visalign.Methods;

/// <summary>Fine-tuning on the best sample of each group: the baseline every policy gradient has to beat.</summary>
/// <remarks>
/// Samples as the compared run does, without noise in the steps, keeps the sample with the highest reward of each group,
/// and takes flow-matching steps on it, or where the model draws tokens, steps of its next-token loss: the same number of
/// reward calls and optimizer steps, no advantage, no ratio (rejection-sampling fine-tuning, as in Dong et al., RAFT, arXiv 2304.06767). Departures: one step per iteration.
/// </remarks>
public sealed record BestOfGroupTuning : IMethod
{
    /// <inheritdoc/>
    public Assembly Assemble(AssemblyContext context)
    {
        if (context.Optimizer.UpdatesPerIteration != 1)
            throw new InputException($"optimizer.updates_per_iteration is {context.Optimizer.UpdatesPerIteration}; best-of-group-tuning makes exactly 1.");
        return context.Generator is TokenGenerator ? OnTokens(context) : OnLatents(context);
    }

    private static Assembly OnLatents(AssemblyContext context)
    {
        var plan = RolloutPlan.Deterministic(context.Noise, context.Rollout);
        return Of("flow matching", (weights, conditions, iteration) => RolloutSampler.Sample(context.Noise, weights, plan, conditions, LogProbReduction.Mean, context.Seed, iteration, processes: context.Processes),
            (rollout, picked) => FlowMatching(context, (NoiseRollout)rollout, picked));
    }

    private static Assembly OnTokens(AssemblyContext context)
    {
        var options = context.Rollout;
        var plan = new TokenPlan { GroupSize = options.GroupSize, Sampling = new() { GuidanceScale = options.GuidanceScale }, MicroBatch = options.MicroBatch };
        return Of("next token", (weights, conditions, iteration) => TokenRolloutSampler.Sample(context.Tokens, weights, plan, conditions, context.Seed, iteration, processes: context.Processes),
            (rollout, picked) => NextToken(context, (TokenRollout)rollout, picked));
    }

    private static Assembly Of(string term, Func<Weights, IReadOnlyList<Condition>, long, Rollout> sample, Func<Rollout, Tensor, Tensor> loss)
    {
        return new()
        {
            Sample = sample,
            // 1 for the best of its group, 0 for the others and for groups without a difference.
            Credit = Best,
            Updates = Updates,
            Terms = [new(term, Updates)],
        };

        IEnumerable<Update> Updates(Rollout rollout, double[] best)
        {
            long[] rows = [.. Enumerable.Range(0, best.Length).Where(i => best[i] > 0).Select(i => (long)i)];
            if (rows.Length == 0) yield break;
            yield return new([_ =>
            {
                using var scope = Tensor.Scope();
                return scope.Keep(loss(rollout, Tensor.From(rows, rows.Length)));
            }]);
        }
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

    private static Tensor FlowMatching(AssemblyContext context, NoiseRollout rollout, Tensor picked)
    {
        using var scope = Tensor.Scope();
        var data = rollout.Final.IndexSelect(0, picked);
        int count = (int)picked.Size(0);
        var noise = context.Noise.DrawNoise(new(context.Seed, NoisePurpose.Training, Iteration: rollout.Iteration), 0, count);
        var key = new NoiseKey(context.Seed, NoisePurpose.Training, Iteration: rollout.Iteration, Branch: 1);
        var times = Tensor.From(Enumerable.Range(0, count).Select(i => (float)context.Noise.Schedule.TrainingLevel(Noise.Uniform(key, i))).ToArray(), count);
        var noisy = data.Lerp(noise, times.Reshape(-1, 1, 1, 1));
        var velocity = context.Noise.Velocity(context.Policy, noisy, times, rollout.Encoded.Select(picked));
        return scope.Keep((velocity - (noise - data)).Square().Mean());
    }

    private static Tensor NextToken(AssemblyContext context, TokenRollout rollout, Tensor picked)
    {
        using var scope = Tensor.Scope();
        var tokens = rollout.Tokens.IndexSelect(0, picked);
        return scope.Keep(-TokenRolloutSampler.LogProb(context.Tokens, context.Policy, rollout.Encoded.Select(picked), tokens, temperature: 1).Mean());
    }
}
