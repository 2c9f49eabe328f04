using Visalign.Generators;
using Visalign.Networks;
using Visalign.Torch;
using Visalign.Torch.Processes;

namespace Visalign.Rollouts;

/// <summary>Carries out rollout plans, and replays their transitions under other weights.</summary>
public static class RolloutSampler
{
    /// <summary>Samples every group of a plan without gradient.</summary>
    /// <param name="weights">The old policy.</param>
    /// <param name="conditions">One for each group.</param>
    /// <param name="reduction">Of the recorded log-probabilities.</param>
    /// <param name="seed">With <paramref name="iteration"/> and the sample's index it fixes every draw.</param>
    /// <param name="advanced">Hears before each forward which share of them is done; what it throws ends the rollout.</param>
    /// <param name="processes">Share out whole micro-batches, and all have the whole rollout in the end; null where this process is to do it by itself.</param>
    public static NoiseRollout Sample(
        IFlow generator, Weights weights, RolloutPlan plan, IReadOnlyList<Condition> conditions, LogProbReduction reduction, ulong seed, long iteration,
        Action<double>? advanced = null, ProcessGroup? processes = null)
    {
        if (plan.Solver == OdeSolver.Multistep && plan.WindowLength > 0) throw new ArgumentException("The multistep solver takes no noisy steps.");
        using var _ = Autograd.NoGrad();
        using var scope = Tensor.Scope();
        processes ??= ProcessGroup.Alone;
        int g = plan.GroupSize, count = conditions.Count * g;
        var perSample = Enumerable.Range(0, count).Select(i => conditions[i / g]).ToArray();
        var encoded = generator.Encode(perSample);
        var start = new NoiseKey(seed, NoisePurpose.Start, iteration);
        bool together = plan.Start != GroupStart.Independent;
        var mine = plan.Share(processes, count);                                          // this process's rows
        var prefix = plan.Share(processes, conditions.Count);
        var latents = together ? Started(prefix) : Started(mine);
        long evaluations = 0;
        int branches = plan.GuidanceScale == 1 ? 1 : 2;
        int step = 0;
        (double Level, Tensor Data)? before = null;                                       // what the solver predicted in the step before
        if (plan.Start == GroupStart.Prefix)
        {
            var perPrompt = generator.Encode(conditions).Narrow(prefix.Start, prefix.Length);
            for (; step < plan.WindowStart; step++)
            {
                latents = Step(latents, perPrompt, prefix.Start, step).Latents;
                evaluations += (long)conditions.Count * branches;
            }
        }
        if (together) latents = processes.GatherRows(latents).RepeatInterleave(g, 0).Narrow(0, mine.Start, mine.Length);
        var asked = encoded.Narrow(mine.Start, mine.Length);
        List<Transition> transitions = [];
        List<Tensor> tail = [];
        for (; step < plan.StepCount; step++)
        {
            if (step >= plan.StepCount - plan.Tail) tail.Add(latents);
            var (next, logProb) = Step(latents, asked, mine.Start, step);
            if (logProb is not null) transitions.Add(new(step, latents, next, logProb));
            latents = next;
            evaluations += (long)count * branches;
        }
        if (plan.Grid.EndScale != 1) latents *= plan.Grid.EndScale;
        var rollout = new NoiseRollout(plan, iteration, perSample, encoded, transitions, latents, evaluations) { Tail = tail }.Gathered(processes);
        return rollout with
        {
            Encoded = encoded.KeptBy(scope), Transitions = [.. rollout.Transitions.Select(transition => transition.KeptBy(scope))],
            Tail = [.. rollout.Tail.Select(scope.Keep)], Final = scope.Keep(rollout.Final),
        };

        Tensor Started((int Start, int Length) rows)
        {
            var noise = generator.DrawNoise(start, rows.Start, rows.Length);
            return plan.Grid.StartScale == 1 ? noise : noise * plan.Grid.StartScale;
        }

        // The rows from a number on, which is a micro-batch's first.
        (Tensor Latents, Tensor? LogProb) Step(Tensor from, EncodedConditions asked, int number, int index)
        {
            if (from.Size(0) == 0) return (from, plan.IsStochastic(index) ? Tensor.Empty([0]) : null);
            using var inner = Tensor.Scope();
            List<Tensor> states = [], logProbs = [], data = [];
            foreach (var (first, length) in plan.MicroBatches((int)from.Size(0)))
            {
                advanced?.Invoke((index + (double)first / from.Size(0)) / plan.StepCount);
                var rows = from.Narrow(0, first, length);
                if (plan.Solver == OdeSolver.Multistep)
                {
                    double s = plan.Levels[index];
                    data.Add(rows - generator.Velocity(weights, rows, Tensor.Full([length], s), asked.Narrow(first, length), plan.GuidanceScale) * s);
                    (double, Tensor)? history = before is var (level, earlier) ? (level, earlier.Narrow(0, first, length)) : null;
                    states.Add(MultistepSolver.Step(rows, data[^1], history, s, plan.Levels[index + 1]));
                    continue;
                }
                var gaussian = GaussianOf(generator, weights, plan, index, rows, asked.Narrow(first, length));
                if (!plan.IsStochastic(index))
                {
                    states.Add(gaussian.Mean);
                    continue;
                }
                var next = gaussian.Draw(generator.DrawNoise(new(seed, NoisePurpose.Step, iteration, Step: index), number + first, length));
                states.Add(next);
                logProbs.Add(plan.Kernel.LogProb(gaussian, next, reduction));
            }
            if (data.Count > 0) before = (plan.Levels[index], inner.Keep(Tensor.Cat(data.ToArray())));
            return (inner.Keep(Tensor.Cat(states.ToArray())), logProbs.Count == 0 ? null : inner.Keep(Tensor.Cat(logProbs.ToArray())));
        }
    }

    /// <summary>The distribution of some rows' step under the given weights.</summary>
    public static GaussianStep GaussianOf(IFlow generator, Weights weights, RolloutPlan plan, int step, Tensor latents, EncodedConditions conditions)
    {
        using var scope = Tensor.Scope();
        var gaussian = GaussianOf(plan, step, latents, VelocityOf(generator, weights, plan, step, latents, conditions));
        return new(scope.Keep(gaussian.Mean), scope.Keep(gaussian.Deviation));
    }

    /// <summary>The velocity of some rows at a step's start, guidance included.</summary>
    /// <returns>Shape of the latents.</returns>
    public static Tensor VelocityOf(IFlow generator, Weights weights, RolloutPlan plan, int step, Tensor latents, EncodedConditions conditions)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(generator.Velocity(weights, latents, Tensor.Full([latents.Size(0)], plan.Levels[step]), conditions, plan.GuidanceScale, plan.GuidanceGradient));
    }

    /// <summary>The distribution of some rows' step along a velocity.</summary>
    /// <param name="latents">Shape <c>[B, C, H, W]</c>.</param>
    /// <param name="velocity">The same shape.</param>
    public static GaussianStep GaussianOf(RolloutPlan plan, int step, Tensor latents, Tensor velocity)
    {
        using var scope = Tensor.Scope();
        IStepKernel kernel = plan.IsStochastic(step) ? plan.Kernel : new Ode();
        var gaussian = kernel.Gaussian(latents, velocity, plan.At(step));
        return new(scope.Keep(gaussian.Mean), scope.Keep(gaussian.Deviation));
    }
}
