using System.ComponentModel.DataAnnotations;
using Visalign.Credit;
using Visalign.Generators;
using Visalign.Objectives;
using Visalign.Rollouts;
using Visalign.Torch;

namespace Visalign.Methods;

/// <summary>AR-GRPO: draw pictures token by token, compare those of a prompt, push up the tokens of what scored above their mean.</summary>
/// <remarks>
/// Yuan et al., "AR-GRPO: Training Autoregressive Image Generation Models via Reinforcement Learning", arXiv 2508.06924, on
/// the group-relative objective of Shao et al., arXiv 2402.03300:
/// <code>L = mean over tokens of max(-A r, -A clamp(r, 1 - low, 1 + high)) + beta (exp(d) - d - 1),   d = reference - policy</code>
/// Log-probabilities are those of the network without guidance, also where pictures are drawn with it: then the trained
/// distribution is not the sampled one, and <c>kl/sampler</c> tells how far they are apart.
/// Departures: the old log-probabilities are computed when pictures are drawn, so that several updates can be made of a
/// rollout. TRL's rules of averaging (bnpo, grpo, dr_grpo) are one here, since all pictures have as many tokens. A picture
/// that one reward fails to judge has advantage 0, and stays in the KL, where the authors leave that reward out of its sum.
/// </remarks>
public sealed record ArGrpo : TokenDrawing, IMethod
{
    /// <summary>How far the ratio may fall below 1 before its gradient stops.</summary>
    [Range(0, 1, MinimumIsExclusive = true)]
    public double ClipLow { get; init; } = 0.2;

    /// <summary>How far it may rise above 1.</summary>
    [Range(0, 100, MinimumIsExclusive = true)]
    public double ClipHigh { get; init; } = 0.2;

    /// <summary>The ratio that is not clipped is held below this, so that one token of a bad picture cannot make the loss explode; TRL's delta; 0 = off.</summary>
    [Range(0, 1e9)]
    public double RatioLimit { get; init; }

    /// <summary>beta; 1 in the paper's text-to-image runs, 0.1 in its class-to-image runs; 0 = off.</summary>
    [Range(0, 1000)]
    public double KlCoefficient { get; init; } = 1;

    /// <summary>Over which rewards the deviation that scales advantages is taken.</summary>
    public DeviationScope Deviation { get; init; } = DeviationScope.Group;

    /// <summary>Added to that deviation.</summary>
    [Range(0, 1, MinimumIsExclusive = true)]
    public double AdvantageDelta { get; init; } = 1e-4;

    /// <inheritdoc/>
    public Assembly Assemble(AssemblyContext context)
    {
        MicroBatchUpdates.Require(context.Rollout, context.Optimizer);
        return new()
        {
            Sample = context.Drawing(Plan(context.Rollout) with { Replay = true }),
            Credit = (rewards, groups) => GroupCredit.Advantages(rewards, groups, Deviation, AdvantageDelta, DeviationKind.Sample),
            Terms = [new("surrogate"), new("KL", KlCoefficient)],
            UpdatesBy = (rollout, advantages, terms) => Updates(context, (TokenRollout)rollout, advantages, terms),
        };
    }

    IReadOnlyList<MetricKind> IMethod.Metrics => [new("tokens/", "Entropy of the next token, in nats", "Falls slowly; near 0 the policy draws one picture per prompt.")];

    TuningBaseline IMethod.Baseline => TuningBaseline.OnBest(new() { Temperature = Temperature, TopK = TopK, TopP = TopP });

    private IEnumerable<Update> Updates(AssemblyContext context, TokenRollout rollout, double[] advantages, LossTerms terms)
    {
        return MicroBatchUpdates.Of(RowBatches.Of(rollout.SampleCount, rollout.Plan.MicroBatch), context.Optimizer.UpdatesPerIteration, rows => rows.Length * rollout.Tokens.Size(1), Loss);

        Tensor Loss((int Start, int Length) rows, (int Update, int Pass) at, UpdateStatistics statistics)
        {
            var (start, length) = rows;
            var conditions = rollout.Encoded.Narrow(start, length);
            var tokens = rollout.Tokens.Narrow(0, start, length);
            var policy = TokenRolloutSampler.LogProb(context.Tokens, context.Policy, conditions, tokens, Temperature);           // [B, N]
            var logRatio = policy - rollout.LogProb!.Narrow(0, start, length);
            var advantage = Tensor.From(Array.ConvertAll(advantages[start..(start + length)], a => (float)a), length, 1).Expand(policy.Shape).Contiguous();
            statistics.Ratios(logRatio.ToArray<float>(), advantage.AsSpan<float>(), ClipLow, ClipHigh);
            statistics.Mean("kl/sampler", (rollout.SamplerLogProb.Narrow(0, start, length) - rollout.LogProb.Narrow(0, start, length)).Mean().Item(), length);
            statistics.Mean("tokens/entropy", rollout.Entropy.Narrow(0, start, length).Mean().Item(), length);
            return terms.Sum(
                ("surrogate", () => ClippedSurrogate.PerSample(logRatio, advantage, new(ClipLow, ClipHigh), RatioLimit == 0 ? double.PositiveInfinity : RatioLimit).Sum()),
                ("KL", () =>
                {
                    Tensor reference;
                    using (Autograd.NoGrad()) reference = TokenRolloutSampler.LogProb(context.Tokens, context.Tokens.Base, conditions, tokens, Temperature);
                    var divergence = KlEstimate.PerToken(policy, reference);
                    statistics.Mean("kl/mean", divergence.Mean().Item(), length);
                    return divergence.Sum();
                }));
        }
    }
}
