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
/// Departures: dropped samples weigh nothing instead of leaving the batch, so that replayed batches keep their shape and
/// the first ratio is exactly 1; the authors' top-up with random dropped samples is then not needed.
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
        MicroBatchShares.Require(context.Rollout, context.Optimizer);
        return new()
        {
            Sample = (weights, conditions, iteration) => RolloutSampler.Sample(context.Noise, weights, Plan(context, iteration), conditions, LogProb, context.Seed, iteration, processes: context.Processes),
            Credit = (rewards, groups) => [.. GroupCredit.Advantages(rewards, groups, Deviation).Select(a => Math.Clamp(a, -AdvantageLimit, AdvantageLimit))],
            Updates = (rollout, advantages) => Updates(context, (NoiseRollout)rollout, advantages),
            Terms = KlCoefficient == 0 ? [Alone("surrogate", Term.Surrogate)] : [Alone("surrogate", Term.Surrogate), Alone("KL", Term.Kl)],
        };

        LossTerm Alone(string name, Term term) => new(name, (rollout, advantages) => Updates(context, (NoiseRollout)rollout, advantages, term));
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

    private IEnumerable<Update> Updates(AssemblyContext context, NoiseRollout rollout, double[] advantages, Term? only = null)
    {
        int count = context.Optimizer.UpdatesPerIteration;
        for (int update = 0; update < count; update++)
        {
            var batches = MicroBatchShares.Of(rollout, rollout.Plan.MicroBatch, update, count);
            long kept = batches.Sum(batch => Enumerable.Range(batch.Start, batch.Length).Count(row => IsKept(advantages[row])));
            if (kept == 0) continue;
            yield return new([.. from transition in rollout.Transitions from batch in batches
                                 select (Func<UpdateStatistics, Tensor>)(statistics =>
                                     Loss(context, rollout, transition, batch.Start, batch.Length, advantages, statistics, only) / (kept * rollout.Transitions.Count))]);
        }
    }

    private bool IsKept(double advantage) => !DropZeroAdvantages || GroupCredit.HasSignal(advantage);

    // Summed over the rows; the caller divides by all samples and steps of the update.
    private Tensor Loss(AssemblyContext context, NoiseRollout rollout, Transition transition, int start, int length, double[] advantages, UpdateStatistics statistics, Term? only)
    {
        using var scope = Tensor.Scope();
        var plan = rollout.Plan;
        var latents = transition.From.Narrow(0, start, length);
        var conditions = rollout.Encoded.Narrow(start, length);
        var advantage = advantages.AsSpan(start, length).ToArray();
        var step = RolloutSampler.GaussianOf(context.Noise, context.Policy, plan, transition.Step, latents, conditions);
        var logRatio = Kernel.LogProb(step, transition.To.Narrow(0, start, length), LogProb) - transition.LogProb.Narrow(0, start, length);
        var weights = Tensor.From(Array.ConvertAll(advantage, a => (float)a), length);                        // [B]
        var loss = ClippedSurrogate.PerSample(logRatio, weights, Objectives.ClipRange.Symmetric(ClipRange)).Sum();
        statistics.Ratios(logRatio.ToArray<float>(), weights.AsSpan<float>(), ClipRange, ClipRange);
        if (KlCoefficient == 0 || only == Term.Surrogate) return scope.Keep(loss);

        Tensor reference;
        using (Autograd.NoGrad())
            reference = RolloutSampler.GaussianOf(context.Noise, context.Noise.Base, plan, transition.Step, latents, conditions).Mean;
        double h = plan.Levels[transition.Step] - plan.Levels[transition.Step + 1];
        var variance = GaussianKl.Variance(KlForm, Kernel, step.Deviation, h);
        var kept = Tensor.From(Array.ConvertAll(advantage, a => IsKept(a) ? 1f : 0f), length);                // [B]
        var divergence = GaussianKl.PerSample(step.Mean, reference, variance) * kept;
        statistics.Mean("kl/mean", divergence.Mean().Item());
        var penalty = divergence.Sum() * KlCoefficient;
        return scope.Keep(only == Term.Kl ? penalty : loss + penalty);
    }

    private enum Term
    {
        Surrogate,
        Kl,
    }
}
