using System.ComponentModel.DataAnnotations;
using Visalign.Credit;
using Visalign.Generators;
using Visalign.Networks;
using Visalign.Objectives;
using Visalign.Rollouts;
using Visalign.Torch;

namespace Visalign.Methods;

/// <summary>DiffusionNFT: no likelihoods; final samples are noised again, and rewards weigh flow matching of an implied good and an implied bad velocity.</summary>
/// <remarks>
/// Zheng et al., "DiffusionNFT: Online Diffusion Reinforcement with Forward Process", arXiv 2509.16117, with the loss of
/// <see cref="NegativeAwareMatching"/> and a penalty for leaving the base:
/// <code>L = mean over samples and timesteps of a (r l⁺ + (1 - r) l⁻) / beta + kl_coefficient mean (v - v_base)²</code>
/// Rollouts sample from an old policy, which also anchors both velocities and follows the policy after each iteration.
/// They have no noisy steps. The network is trained without guidance,
/// as in the paper; under another guidance scale it learns from guided samples, and so to do without guidance.
/// Departures: samples are not shuffled, and updates share out whole micro-batches. A sample that no judge scored counts as an average one.
/// </remarks>
public sealed record DiffusionNft : IMethod
{
    /// <summary>How far the implied velocities reach beyond the old one's; the authors use 1 with gradual, 0.1 with late decay.</summary>
    [Range(0, 100, MinimumIsExclusive = true)]
    public double Beta { get; init; } = 1;

    /// <summary>a: advantages are held inside ± this, where a sample counts as wholly good or bad.</summary>
    [Range(0, 1e9, MinimumIsExclusive = true)]
    public double AdvantageLimit { get; init; } = 5;

    /// <summary>Which advantages teach.</summary>
    public AdvantageMode Advantages { get; init; } = AdvantageMode.All;

    /// <summary>Weight of the squared distance to the base's velocity; 0 = off.</summary>
    [Range(0, 1000)]
    public double KlCoefficient { get; init; } = 1e-4;

    /// <summary>How slowly the old policy follows.</summary>
    public OldPolicySchedule OldDecay { get; init; } = OldPolicySchedule.Gradual;

    /// <summary>How rollouts follow the flow; the authors take second-order steps.</summary>
    public OdeSolver Solver { get; init; } = OdeSolver.Multistep;

    /// <summary>Share of the sampler's timesteps, rounded down, that each sample is trained on; which ones is drawn anew. Updates cost in proportion.</summary>
    [Range(0, 1, MinimumIsExclusive = true)]
    public double TimestepShare { get; init; } = 0.99;

    /// <inheritdoc/>
    public Assembly Assemble(AssemblyContext context)
    {
        var plan = RolloutPlan.Deterministic(context.Noise, context.Rollout) with { Solver = Solver };
        MicroBatchUpdates.Require(context.Rollout, context.Optimizer);
        if (TimestepCount(plan) == 0)
            throw new InputException($"method.timestep_share leaves none of the {plan.StepCount} timesteps of 'rollout.steps'. Raise it to at least 1/{plan.StepCount}.");
        var policy = context.Adapter.Parameters.Values;
        var old = policy.Clone().Persist();                                              // [N]
        return new()
        {
            Sample = context.Denoising(plan),
            Credit = (rewards, groups) => GroupCredit.Advantages(rewards, groups, DeviationScope.Batch),
            Terms = [new("matching"), new("KL", KlCoefficient)],
            UpdatesBy = (rollout, advantages, terms) => Updates(context, old, (NoiseRollout)rollout, advantages, terms),
            Behavior = () => context.Adapter.Over(old),
            State = [("old", old)],
            AfterUpdates = steps => old.LerpInPlace(policy, 1 - OldPolicyDecay.At(OldDecay, steps)),
        };
    }

    IReadOnlyList<MetricKind> IMethod.Metrics =>
    [
        new("velocity/", "Squared distance of the velocity from the base's", "Grows slowly; a jump means the policy left the base's neighborhood."),
        new("matching/", "Errors of the positive and the negative branch", "Both near one another; where the negative one runs away, lower the learning rate."),
    ];

    TuningBaseline IMethod.Baseline => TuningBaseline.OnBest(new() { Solver = Solver });

    private int TimestepCount(RolloutPlan plan) => (int)(plan.StepCount * TimestepShare);

    private IEnumerable<Update> Updates(AssemblyContext context, Tensor old, NoiseRollout rollout, double[] advantages, LossTerms terms)
    {
        float[][] levels = [.. Enumerable.Range(0, rollout.SampleCount).Select(row => PermutedLevels(context.Seed, rollout, row))];
        return MicroBatchUpdates.Of(rollout.Plan.MicroBatches(rollout.SampleCount), context.Optimizer.UpdatesPerIteration, rows => rows.Length, Loss, passes: TimestepCount(rollout.Plan));

        Tensor Loss((int Start, int Length) rows, (int Update, int Pass) at, UpdateStatistics statistics)
        {
            var (start, length) = rows;
            var data = rollout.Final.Narrow(0, start, length);                               // [B, C, H, W]
            var conditions = rollout.Encoded.Narrow(start, length);
            var noise = context.Noise.DrawNoise(new(context.Seed, NoisePurpose.Training, rollout.Iteration, Step: at.Pass), start, length);
            var times = Tensor.From(levels[start..(start + length)].Select(own => own[at.Pass]).ToArray(), length);  // [B]
            var noisy = new DataAndNoise(data, noise).OnFlow(times);
            var velocity = Velocity(context.Policy);
            return terms.Sum(("matching", Matching), ("KL", () =>
            {
                var divergence = PredictionDistance.PerSample(velocity, Constant(context.Generator.Base));
                statistics.Mean("velocity/distance", divergence.Mean().Item(), length);
                return divergence.Sum();
            }));

            Tensor Matching()
            {
                var optimality = advantages[start..(start + length)].Select(advantage => NegativeAwareMatching.Optimality(advantage, AdvantageLimit, Advantages));
                // Until the first update the policy is the old one; its velocity then serves as both.
                var anchor = at.Update == 0 && OldDecay == OldPolicySchedule.Immediate ? velocity.Detach() : Constant(context.Adapter.Over(old));
                var errors = NegativeAwareMatching.Errors(velocity, anchor, data, noisy, times, Beta);
                statistics.Mean("matching/positive", errors.Positive.Mean().Item(), length);
                statistics.Mean("matching/negative", errors.Negative.Mean().Item(), length);
                return NegativeAwareMatching.PerSample(errors, Tensor.From(optimality.ToArray(), length), Beta, AdvantageLimit).Sum();
            }

            Tensor Velocity(Weights weights) => context.Noise.Velocity(weights, noisy, times, conditions);
            Tensor Constant(Weights weights)
            {
                using var _ = Autograd.NoGrad();
                return Velocity(weights);
            }
        }
    }

    // The noise levels the sampler ran the network at, in an order of the sample's own.
    private static float[] PermutedLevels(ulong seed, NoiseRollout rollout, int row)
    {
        var key = new NoiseKey(seed, NoisePurpose.Choice, rollout.Iteration, Sample: row);
        return [.. Enumerable.Range(0, rollout.Plan.StepCount).OrderBy(step => Noise.Uniform(key, step)).Select(step => rollout.Plan.Levels[step])];
    }
}
