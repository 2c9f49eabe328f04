using Visalign.Credit;
using Visalign.Generators;
using Visalign.Networks;
using Visalign.Objectives;
using Visalign.Rollouts;
using Visalign.Torch;

namespace Visalign.Methods;

/// <summary>Fine-tuning on the best sample of each group: the baseline every policy gradient has to beat.</summary>
/// <remarks>
/// Samples as the compared run does, but without noise in the steps, and so from start noise of each sample's own: a shared one would
/// leave copies to choose from. Keeps the sample with the highest reward of each group, and trains the network's own prediction on
/// it, or where the model draws tokens, the next one: the same number of reward calls and optimizer steps, no advantage, no
/// ratio (rejection-sampling fine-tuning, as in Dong et al., RAFT, arXiv 2304.06767). Departures: an iteration's updates share the
/// winners out, and one that gets none is not made.
/// </remarks>
public sealed record BestOfGroupTuning : TokenDrawing, IMethod
{
    /// <summary>How rollouts follow the flow; of models that denoise.</summary>
    public OdeSolver Solver { get; init; }

    /// <inheritdoc/>
    public Assembly Assemble(AssemblyContext context) => context.Generator is TokenGenerator ? OnTokens(context) : OnLatents(context);

    private Assembly OnLatents(AssemblyContext context)
    {
        if ((Temperature, TopK, TopP) != (1, 0, 1))
            throw new InputException("method: 'temperature', 'top_k' and 'top_p' are of drawing tokens, and this model makes pictures by denoising. Leave them out.");
        var plan = RolloutPlan.Deterministic(context.Noise, context.Rollout) with { Solver = Solver };
        return Of(context, "denoising", context.Denoising(plan), (rollout, winners, first) => Denoising(context, (NoiseRollout)rollout, winners, first));
    }

    private Assembly OnTokens(AssemblyContext context)
    {
        if (Solver != OdeSolver.Euler) throw new InputException("method.solver: it is of denoising, and this model draws tokens one after another. Leave it out.");
        return Of(context, "next token", context.Drawing(Plan(context.Rollout)), (rollout, winners, _) => NextToken(context, (TokenRollout)rollout, winners));
    }

    // The loss is summed over the winners of a micro-batch, whose rows it is given, and the place of the first among all winners.
    private static Assembly Of(AssemblyContext context, string term, Func<Weights, IReadOnlyList<Condition>, long, Rollout> sample, Func<Rollout, Tensor, int, Tensor> loss)
    {
        return new()
        {
            Sample = sample,
            // 1 for the best of its group, 0 for the others and for groups without a difference.
            Credit = Best,
            Terms = [new(term)],
            UpdatesBy = (rollout, best, _) => Updates(rollout, best),
        };

        IEnumerable<Update> Updates(Rollout rollout, double[] best)
        {
            long[] rows = [.. Enumerable.Range(0, best.Length).Where(i => best[i] > 0).Select(i => (long)i)];
            int updates = context.Optimizer.UpdatesPerIteration, size = Math.Clamp(rows.Length / updates, 1, context.Rollout.MicroBatch);
            return MicroBatchUpdates.Of(RowBatches.Of(rows.Length, size), updates, batch => batch.Length,
                (batch, _, _) => loss(rollout, Tensor.From(rows[batch.Start..(batch.Start + batch.Length)], batch.Length), batch.Start));
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

    private static Tensor Denoising(AssemblyContext context, NoiseRollout rollout, Tensor winners, int first)
    {
        using var scope = Tensor.Scope();
        int count = (int)winners.Size(0);
        var noise = context.Noise.DrawNoise(new(context.Seed, NoisePurpose.Training, Iteration: rollout.Iteration), first, count);
        var key = new NoiseKey(context.Seed, NoisePurpose.Training, Iteration: rollout.Iteration, Branch: 1);
        var schedule = context.Noise.Schedule;
        float[] levels = [.. Enumerable.Range(first, count).Select(i => (float)schedule.TrainingLevel(Noise.Uniform(key, i)))];
        return scope.Keep(DenoisingError.Of(context.Noise, context.Policy, new(rollout.Final.IndexSelect(0, winners), noise), levels, rollout.Encoded.Select(winners), schedule.Prediction).Sum());
    }

    private Tensor NextToken(AssemblyContext context, TokenRollout rollout, Tensor winners)
    {
        using var scope = Tensor.Scope();
        var tokens = rollout.Tokens.IndexSelect(0, winners);
        return scope.Keep(-TokenRolloutSampler.LogProb(context.Tokens, context.Policy, rollout.Encoded.Select(winners), tokens, Temperature).MeanPerSample().Sum());
    }
}
