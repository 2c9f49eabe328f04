using System.ComponentModel.DataAnnotations;
using Visalign.Credit;
using Visalign.Generators;
using Visalign.Objectives;
using Visalign.Rollouts;
using Visalign.Torch;

namespace Visalign.Methods;

/// <summary>Which branches of classifier-free guidance learn.</summary>
public enum GuidanceTraining
{
    /// <summary>As the authors of the kernel: the conditional one for flow-sde, both for cps.</summary>
    AsKernel,
    /// <summary>The conditional one.</summary>
    Conditional,
    /// <summary>Both.</summary>
    Both,
}

/// <summary>Flow-GRPO and Flow-GRPO-Fast: make the flow's steps Gaussian, compare samples of a prompt, push up what scored above their mean.</summary>
/// <remarks>
/// Liu et al., "Flow-GRPO: Training Flow Matching Models via Online RL", arXiv 2505.05470. The window says
/// which steps are stochastic and trained: all but the last is Flow-GRPO, two or three steps is Flow-GRPO-Fast.
/// <code>L = mean over steps and samples of max(-A r, -A clamp(r, 1 - clip, 1 + clip)) + beta KL(policy ‖ reference)</code>
/// Departures: the default window is the first four of eight steps, always: neither all but the last nor, as in Flow-GRPO-Fast, a
/// window whose place is drawn anew; dropped samples weigh nothing instead of leaving the batch, so that replayed batches keep their shape and
/// the first ratio is exactly 1; the authors' top-up with random dropped samples is then not needed; the moving average of the
/// weights follows at every optimizer step instead of at every eighth.
/// </remarks>
public sealed record FlowGrpo : IMethod
{
    /// <summary>Half-width of the clip range; 1e-4 belongs to mean log-probabilities.</summary>
    [Range(0, 10, MinimumIsExclusive = true)]
    public double ClipRange { get; init; } = 1e-4;

    /// <summary>beta; 0.04 goes with <see cref="KlForm.WithoutStepLength"/>, 0.004 with <see cref="KlForm.Exact"/>; 0 = off.</summary>
    [Range(0, 1000)]
    public double KlCoefficient { get; init; } = 0.04;

    /// <summary>What the squared distance of the means is divided by.</summary>
    public KlForm KlForm { get; init; } = KlForm.WithoutStepLength;

    /// <summary>Which steps are noisy and trained.</summary>
    public StepWindow Window { get; init; } = new();

    /// <summary>Strength of the noise in these steps, a in <c>sigma = a sqrt(s / (1 - s))</c>; 0.7 in the paper.</summary>
    [Range(0, 10)]
    public double NoiseScale { get; init; } = 0.7;

    /// <summary>The stochastic step.</summary>
    public IStepKernel Kernel { get; init; } = new FlowSde();

    /// <summary>Which branches of guidance learn; of no effect where the rollout's guidance is off.</summary>
    public GuidanceTraining GuidanceTraining { get; init; } = GuidanceTraining.AsKernel;

    /// <summary>Over which rewards the deviation is taken; the authors' launchers use all of the iteration.</summary>
    public DeviationScope Deviation { get; init; } = DeviationScope.Batch;

    /// <summary>Advantages are held inside ± this.</summary>
    [Range(0, 1e9, MinimumIsExclusive = true)]
    public double AdvantageLimit { get; init; } = 5;

    /// <summary>Mean or sum over latent elements.</summary>
    public LogProbReduction LogProb { get; init; } = LogProbReduction.Mean;

    /// <summary>Where the samples of a group part ways.</summary>
    public GroupStart Start { get; init; } = GroupStart.Independent;

    /// <summary>Whether samples without advantage are left out of the loss, KL included.</summary>
    public bool DropZeroAdvantages { get; init; } = true;

    /// <inheritdoc/>
    public Assembly Assemble(AssemblyContext context)
    {
        int steps = context.Rollout.DenoisingSteps;
        if (Window.To > steps) throw new InputException($"method.window.to is {Window.To}, expected at most the {steps} of 'rollout.steps'.");
        NoisySteps.Require(Kernel, NoiseScale, Window, context.Noise.Grid(steps, context.Rollout.Shift));
        MicroBatchUpdates.Require(context.Rollout, context.Optimizer);
        return new()
        {
            Sample = context.Denoising(iteration => Plan(context, iteration), LogProb),
            Credit = (rewards, groups) => [.. GroupCredit.Advantages(rewards, groups, Deviation).Select(a => Math.Clamp(a, -AdvantageLimit, AdvantageLimit))],
            Terms = [new("surrogate"), new("KL", KlCoefficient)],
            UpdatesBy = (rollout, advantages, terms) => Updates(context, (NoiseRollout)rollout, advantages, terms),
        };
    }

    private RolloutPlan Plan(AssemblyContext context, long iteration)
    {
        var options = context.Rollout;
        return new()
        {
            GroupSize = options.GroupSize,
            Grid = context.Noise.Grid(options.DenoisingSteps, options.Shift),
            Kernel = Kernel,
            NoiseScale = NoiseScale,
            WindowStart = Window.Start(new(context.Seed, NoisePurpose.Choice, iteration)),
            WindowLength = Window.Size,
            GuidanceScale = options.GuidanceScale,
            GuidanceGradient = TrainedBranches,
            Start = Start,
            MicroBatch = options.MicroBatch,
        };
    }

    private GuidanceGradient TrainedBranches => GuidanceTraining switch
    {
        GuidanceTraining.Conditional => GuidanceGradient.Conditional,
        GuidanceTraining.Both => GuidanceGradient.Both,
        _ => Kernel.TrainedBranches,
    };

    private IEnumerable<Update> Updates(AssemblyContext context, NoiseRollout rollout, double[] advantages, LossTerms terms)
    {
        var plan = rollout.Plan;
        return MicroBatchUpdates.Of(plan.MicroBatches(rollout.SampleCount), context.Optimizer.UpdatesPerIteration, Kept, Loss, passes: rollout.Transitions.Count);

        long Kept((int Start, int Length) rows) => advantages.Skip(rows.Start).Take(rows.Length).Count(IsKept);

        Tensor Loss((int Start, int Length) rows, (int Update, int Pass) at, UpdateStatistics statistics)
        {
            var (start, length) = rows;
            var transition = rollout.Transitions[at.Pass];
            var latents = transition.From.Narrow(0, start, length);
            var conditions = rollout.Encoded.Narrow(start, length);
            double[] advantage = advantages[start..(start + length)];
            var step = RolloutSampler.GaussianOf(context.Noise, context.Policy, plan, transition.Step, latents, conditions);
            var logRatio = Kernel.LogProb(step, transition.To.Narrow(0, start, length), LogProb) - transition.LogProb.Narrow(0, start, length);
            var weights = Tensor.From(Array.ConvertAll(advantage, a => (float)a), length);                        // [B]
            statistics.Ratios(logRatio.ToArray<float>(), weights.AsSpan<float>(), ClipRange, ClipRange);
            return terms.Sum(
                ("surrogate", () => ClippedSurrogate.PerSample(logRatio, weights, Objectives.ClipRange.Symmetric(ClipRange)).Sum()),
                ("KL", () =>
                {
                    Tensor reference;
                    using (Autograd.NoGrad())
                        reference = RolloutSampler.GaussianOf(context.Noise, context.Noise.Base, plan, transition.Step, latents, conditions).Mean;
                    double h = plan.Levels[transition.Step] - plan.Levels[transition.Step + 1];
                    var variance = GaussianKl.Variance(KlForm, Kernel, step.Deviation, h);
                    var kept = Tensor.From(Array.ConvertAll(advantage, a => IsKept(a) ? 1f : 0f), length);        // [B]
                    var divergence = (GaussianKl.PerSample(step.Mean, reference, variance) * kept).Sum();
                    if (Kept(rows) is > 0 and var count) statistics.Mean("kl/mean", divergence.Item() / count, count);
                    return divergence;
                }));
        }
    }

    private bool IsKept(double advantage) => !DropZeroAdvantages || GroupCredit.HasSignal(advantage);
}
