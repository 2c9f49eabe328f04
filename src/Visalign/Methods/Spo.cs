using System.ComponentModel.DataAnnotations;
using Visalign.Generators;
using Visalign.Networks;
using Visalign.Objectives;
using Visalign.Rewards;
using Visalign.Rollouts;
using Visalign.Torch;

namespace Visalign.Methods;

/// <summary>SPO: at every step several children of one parent, the preference for the best over the worst, and a random one to go on from.</summary>
/// <remarks>
/// Liang et al., "Aesthetic Post-Training Diffusion Models from Generic Preferences with Step-by-step Preference Optimization",
/// arXiv 2406.04314. Siblings share their past, so that a comparison is about what this step adds. The rewards judge what is predicted
/// from a child: a step-aware one is told the noise level, any other judges the prediction as if it were finished.
/// The loss is <see cref="ClampedRatioPreference"/> with the base as reference, guidance inside the log-probabilities.
/// Departures: both members of a pair that share their parent share its forward, and pairs are not shuffled across steps, so that
/// a forward has one noise level; the last step of a flow, which has no noise, has no children.
/// </remarks>
public sealed record Spo : IMethod
{
    /// <summary>k: children of a parent; 4 for SD 1.5, 2 for SDXL.</summary>
    [Range(2, 100)]
    public int Children { get; init; } = 4;

    /// <summary>d: the first step with children. The authors leave out the first 4 of 20, where nothing can be told yet.</summary>
    [Range(0, 999)]
    public int FirstStep { get; init; } = 4;

    /// <summary>Steps that children go on alone before they are compared; 3 for SDXL.</summary>
    [Range(0, 999)]
    public int InnerSteps { get; init; }

    /// <summary>τ: a pair teaches where its probabilities of being preferred differ by more.</summary>
    [Range(0, 1, MaximumIsExclusive = true)]
    public double Threshold { get; init; } = 0.3;

    /// <summary>β of the preference.</summary>
    [Range(0, 1e6, MinimumIsExclusive = true)]
    public double Beta { get; init; } = 10;

    /// <summary>e: ratios count within 1 ± e.</summary>
    [Range(0, 1, MinimumIsExclusive = true, MaximumIsExclusive = true)]
    public double ClipRange { get; init; } = 0.1;

    /// <summary>eta of the DDIM steps: 1 draws as much noise as the reverse of the diffusion.</summary>
    [Range(0, 1, MinimumIsExclusive = true)]
    public double NoiseScale { get; init; } = 1;

    /// <summary>What the scores of the rewards are multiplied by before τ compares them; 1 for a step-aware preference model, whose scores are logits.</summary>
    [Range(0, 1e6, MinimumIsExclusive = true)]
    public double ScoreScale { get; init; } = 1;

    IReadOnlyList<MetricKind> IMethod.Metrics =>
        [new("pairs/", "Pairs of siblings", "Accuracy is the share whose winner the policy has made likelier against its base than the loser.", IsShare: true)];

    /// <inheritdoc/>
    public Assembly Assemble(AssemblyContext context)
    {
        int steps = context.Rollout.DenoisingSteps;
        if (FirstStep + 1 >= steps)
            throw new InputException($"method.first_step is {FirstStep}, expected at most {steps - 2}: the last of the {steps} of 'rollout.steps' may have no noise, and then none would teach.");
        var judge = context.StepReward();
        var plan = RolloutPlan.Deterministic(context.Noise, context.Rollout) with
        {
            Kernel = new Ddim(), NoiseScale = NoiseScale, WindowStart = 0, WindowLength = steps, GuidanceGradient = GuidanceGradient.Both,
        };
        var siblings = new SiblingPlan(Children, FirstStep, InnerSteps, Threshold);
        return new()
        {
            JudgedPerSample = 1 + Children * siblings.Comparisons(plan),
            Sample = (weights, conditions, iteration) => SiblingSampler.Sample(context.Noise, weights, plan, siblings, conditions,
                (data, asked, level) => Judge(context.Noise, judge, data, asked, level),
                (step, row) => Noise.Below(Children, new(context.Seed, NoisePurpose.Choice, iteration, Sample: row, Step: step)), context.Seed, iteration, context.Processes),
            UpdatesBy = (rollout, _, _) => Updates(context, (SiblingRollout)rollout),
            Terms = [new("preference") { Hint = "It learns from siblings whose scores differ by enough: lower method.threshold, or raise method.score_scale." }],
        };
    }

    private Tensor Judge(NoiseGenerator generator, IStepReward judge, Tensor data, IReadOnlyList<Condition> conditions, double level)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(judge.Score(generator.Pixels(data), conditions, level) * ScoreScale);
    }

    private IEnumerable<Update> Updates(AssemblyContext context, SiblingRollout rollout) => MicroBatchUpdates.Of(
        rollout.Pairs.SelectMany(pairs => rollout.Plan.MicroBatches(pairs.Count).Select(rows => (Pairs: pairs, rows.Start, rows.Length))), context.Optimizer.UpdatesPerIteration,
        batch => batch.Length, (batch, _, statistics) => Loss(context, rollout, batch.Pairs, batch.Start, batch.Length, statistics));

    // Summed over the pairs; the caller divides by all of the update.
    private Tensor Loss(AssemblyContext context, SiblingRollout rollout, SiblingPairs pairs, int start, int length, UpdateStatistics statistics)
    {
        using var scope = Tensor.Scope();
        var conditions = rollout.Encoded.Select(pairs.Rows.Narrow(0, start, length));
        bool together = ReferenceEquals(pairs.WinnerFrom, pairs.LoserFrom);
        Tensor winnerFrom = Rows(pairs.WinnerFrom), loserFrom = Rows(pairs.LoserFrom), winnerTo = Rows(pairs.WinnerTo), loserTo = Rows(pairs.LoserTo);
        var (winner, loser) = LogProbs(context.Policy);
        Tensor winnerReference, loserReference;
        using (Autograd.NoGrad()) (winnerReference, loserReference) = LogProbs(context.Noise.Base);
        var (winnerRatio, loserRatio) = (winner - winnerReference, loser - loserReference);
        statistics.Mean("pairs/accuracy", PreferenceShare(winnerRatio.ToArray<float>(), loserRatio.ToArray<float>()), length);
        return scope.Keep(ClampedRatioPreference.PerPair(winnerRatio, loserRatio, Beta, ClipRange).Sum());

        Tensor Rows(Tensor all) => all.Narrow(0, start, length);

        (Tensor Winner, Tensor Loser) LogProbs(Weights weights)
        {
            var ofWinner = RolloutSampler.GaussianOf(context.Noise, weights, rollout.Plan, pairs.Step, winnerFrom, conditions);
            var ofLoser = together ? ofWinner : RolloutSampler.GaussianOf(context.Noise, weights, rollout.Plan, pairs.Step, loserFrom, conditions);
            return (ofWinner.LogProb(winnerTo), ofLoser.LogProb(loserTo));
        }
    }

    // Of the pairs, those whose winner the policy favors more than the reference does; a tie counts a half.
    private static double PreferenceShare(float[] winners, float[] losers) =>
        winners.Zip(losers, (winner, loser) => winner > loser ? 1.0 : winner == loser ? 0.5 : 0).Average();
}
