using Visalign.Generators;
using Visalign.Networks;
using Visalign.Torch;
using Visalign.Torch.Processes;

namespace Visalign.Rollouts;

/// <summary>Where a rollout has children, and which of them are compared.</summary>
/// <param name="Children">k: how many continue from one parent.</param>
/// <param name="FirstStep">d: the first step with children; those before have one.</param>
/// <param name="InnerSteps">Steps that each child goes on by itself before it is compared.</param>
/// <param name="Threshold">τ in [0, 1): a pair is kept where its two probabilities of being preferred differ by more.</param>
public sealed record SiblingPlan(int Children, int FirstStep, int InnerSteps, double Threshold)
{
    /// <summary>How often the siblings of a sample are compared along a plan; each time all of them are judged.</summary>
    public int Comparisons(RolloutPlan plan)
    {
        int compared = 0;
        bool apart = false;
        for (int step = 0; step < plan.StepCount; step++)
        {
            bool meet = apart && Meet(plan, step);
            if (meet) compared++;
            apart = apart && !meet || Part(plan, step);
        }
        return apart ? compared + 1 : compared;
    }

    /// <summary>Whether siblings part at a step.</summary>
    internal bool Part(RolloutPlan plan, int step) => step >= FirstStep && (step - FirstStep) % (InnerSteps + 1) == 0 && plan.HasNoise(step)
        && !(InnerSteps > 0 && step == plan.StepCount - 1);

    /// <summary>Whether those that are apart are compared at a step, by what is predicted from them there.</summary>
    internal bool Meet(RolloutPlan plan, int step) => Part(plan, step) || !plan.HasNoise(step) && InnerSteps == 0;
}

/// <summary>One step of the better and the worse of some siblings.</summary>
/// <param name="Step">Its index in rollout order; 0 is the noisiest.</param>
/// <param name="Rows">Shape <c>[M]</c>, int64: which of the rollout's samples each pair belongs to.</param>
/// <param name="WinnerFrom">Shape <c>[M, C, H, W]</c>: states of the better ones before.</param>
/// <param name="WinnerTo">The same shape: after.</param>
/// <param name="LoserFrom">The same shape: states of the worse ones before; the very tensor of the better ones where siblings part here.</param>
/// <param name="LoserTo">The same shape: after.</param>
public sealed record SiblingPairs(int Step, Tensor Rows, Tensor WinnerFrom, Tensor WinnerTo, Tensor LoserFrom, Tensor LoserTo)
{
    /// <summary>Number of pairs.</summary>
    public int Count => (int)Rows.Size(0);
}

/// <summary>A rollout that compared siblings on the way.</summary>
/// <param name="Plan">What was asked for.</param>
/// <param name="Encoded">B rows: the conditions as the network reads them.</param>
/// <param name="Pairs">In rollout order, the kept pairs of each step.</param>
public sealed record SiblingRollout(RolloutPlan Plan, long Iteration, IReadOnlyList<Condition> Conditions, EncodedConditions Encoded, IReadOnlyList<SiblingPairs> Pairs,
    Tensor Final, long NetworkEvaluations) : Rollout(Iteration, Plan.GroupSize, Conditions, Final, NetworkEvaluations);

/// <summary>Samples with several children at a step, of which one, whichever, becomes the next parent.</summary>
/// <remarks>
/// Liang et al., SPO, arXiv 2406.04314, and the authors' <c>multi_sample_pipeline</c>. Children are judged by the data predicted from
/// them at the step they have come to, which the sampler needs anyway; the last ones as they are. The next parent is drawn
/// without looking at the scores.
/// </remarks>
public static class SiblingSampler
{
    /// <summary>Judges predicted data, shape <c>[R, C, H, W]</c>, of conditions at a noise level; gives <c>[R]</c>, higher is better.</summary>
    public delegate Tensor Judge(Tensor data, IReadOnlyList<Condition> conditions, double noiseLevel);

    /// <summary>Samples every group of a plan without gradient.</summary>
    /// <param name="plan">All steps are stochastic; one that ends at data has no noise, and so no children.</param>
    /// <param name="conditions">One for each group.</param>
    /// <param name="parent">Which child of a sample becomes the parent, by the comparison's step and the sample's row.</param>
    /// <param name="seed">With <paramref name="iteration"/> and the sample's index it fixes every draw.</param>
    /// <param name="processes">Share out the forwards, and hear the scores of the first; null where this process is to do it by itself.</param>
    /// <exception cref="InputException">A score is infinite, or no picture has one.</exception>
    public static SiblingRollout Sample(IFlow generator, Weights weights, RolloutPlan plan, SiblingPlan siblings, IReadOnlyList<Condition> conditions, Judge judge,
        Func<int, int, int> parent, ulong seed, long iteration, ProcessGroup? processes = null)
    {
        using var _ = Autograd.NoGrad();
        using var scope = Tensor.Scope();
        processes ??= ProcessGroup.Alone;
        int g = plan.GroupSize, k = siblings.Children, count = conditions.Count * g;
        Condition[] perSample = [.. Enumerable.Range(0, count).Select(i => conditions[i / g])], perChild = [.. perSample.SelectMany(condition => Enumerable.Repeat(condition, k))];
        EncodedConditions encoded = generator.Encode(perSample), ofChildren = encoded.Select(Numbers(Enumerable.Range(0, count * k).Select(i => (long)(i / k))));
        var latents = generator.DrawNoise(new(seed, NoisePurpose.Start, iteration), 0, count) * plan.Grid.StartScale;      // [B, C, H, W]
        List<SiblingPairs> pairs = [];
        List<(int Step, bool Parts, Tensor From, Tensor To)> segment = [];                              // [B k, C, H, W] each
        long evaluations = 0;
        int branches = plan.GuidanceScale == 1 ? 1 : 2, compared = 0, learned = 0;
        for (int step = 0; step < plan.StepCount; step++)
        {
            bool apart = segment.Count > 0, noisy = plan.HasNoise(step), opens = siblings.Part(plan, step);
            var velocity = Velocity(latents, apart ? ofChildren : encoded, step);
            evaluations += latents.Size(0) * branches;
            if (apart && siblings.Meet(plan, step))
            {
                var chosen = Compare(latents - velocity * plan.Levels[step], step, plan.Levels[step]);
                (latents, velocity) = (latents.IndexSelect(0, chosen), velocity.IndexSelect(0, chosen));
                apart = false;
            }
            var from = opens ? latents.RepeatInterleave(k, 0) : latents;
            var gaussian = RolloutSampler.GaussianOf(plan, step, from, opens ? velocity.RepeatInterleave(k, 0) : velocity);
            latents = noisy ? gaussian.Draw(opens || apart ? OfChildren(step) : generator.DrawNoise(new(seed, NoisePurpose.Step, iteration, Step: step), 0, count)) : gaussian.Mean;
            if (noisy && (opens || apart)) segment.Add((step, opens, from, latents));
        }
        if (segment.Count > 0) latents = latents.IndexSelect(0, Compare(latents * plan.Grid.EndScale, plan.StepCount, 0));
        return new(plan, iteration, perSample, encoded.KeptBy(scope), [.. pairs.Select(Kept)], scope.Keep(latents * plan.Grid.EndScale), evaluations)
        {
            Metrics = [("pairs/kept", compared == 0 ? 0 : (double)learned / compared)],
        };

        Tensor Velocity(Tensor rows, EncodedConditions asked, int step)
        {
            using var inner = Tensor.Scope();
            var (start, length) = plan.Share(processes, (int)rows.Size(0));
            var (mine, conditions) = (rows.Narrow(0, start, length), asked.Narrow(start, length));
            var velocities = length == 0 ? mine : Tensor.Cat([.. plan.MicroBatches(length).Select(batch =>
                RolloutSampler.VelocityOf(generator, weights, plan, step, mine.Narrow(0, batch.Start, batch.Length), conditions.Narrow(batch.Start, batch.Length)))]);
            return inner.Keep(processes.GatherRows(velocities));
        }

        // One stream for each child of each sample.
        Tensor OfChildren(int step)
        {
            using var inner = Tensor.Scope();
            var noise = Tensor.Stack([.. Enumerable.Range(0, k).Select(child => generator.DrawNoise(new(seed, NoisePurpose.Step, iteration, Step: step, Branch: child + 1), 0, count))], 1);
            return inner.Keep(noise.Reshape([count * k, .. noise.Shape[2..]]));
        }

        // Keeps the pairs of the segment, and gives the rows of the next parents.
        Tensor Compare(Tensor data, int step, double level)
        {
            var said = Tensor.Zeros([count * k]);
            if (processes.IsFirst)
                foreach (var (start, length) in plan.MicroBatches(count * k))
                    said.Narrow(0, start, length).CopyInPlace(judge(data.Narrow(0, start, length), perChild[start..(start + length)], level));
            processes.CopyFromFirst(said);
            float[] scores = said.ToArray<float>();
            if (scores.Any(float.IsInfinity) || scores.All(float.IsNaN)) throw new InputException($"rewards: the scores of pictures on the way, at noise level {level:G3}, are no finite numbers.");
            var kept = SiblingComparison.Of(scores, k, siblings.Threshold).Select((pair, row) => (Parent: row, pair.Winner, pair.Loser, pair.IsKept)).Where(pair => pair.IsKept).ToList();
            (compared, learned) = (compared + count, learned + kept.Count);
            if (kept.Count > 0)
            {
                var (rows, winners, losers) = (Numbers(kept.Select(pair => (long)pair.Parent)), Numbers(kept.Select(pair => (long)pair.Parent * k + pair.Winner)), Numbers(kept.Select(pair => (long)pair.Parent * k + pair.Loser)));
                foreach (var (taken, parts, from, to) in segment)
                {
                    var winnerFrom = from.IndexSelect(0, winners);
                    pairs.Add(new(taken, rows, winnerFrom, to.IndexSelect(0, winners), parts ? winnerFrom : from.IndexSelect(0, losers), to.IndexSelect(0, losers)));
                }
            }
            segment.Clear();
            return Numbers(Enumerable.Range(0, count).Select(row => (long)row * k + parent(step, row)));
        }

        SiblingPairs Kept(SiblingPairs pair) => new(pair.Step, scope.Keep(pair.Rows.Clone()), scope.Keep(pair.WinnerFrom), scope.Keep(pair.WinnerTo), scope.Keep(pair.LoserFrom), scope.Keep(pair.LoserTo));
    }

    private static Tensor Numbers(IEnumerable<long> rows)
    {
        long[] all = [.. rows];
        return Tensor.From(all, all.Length);
    }
}
