using Visalign.Generators;
using Visalign.Torch;

namespace Visalign.Rollouts;

/// <summary>How many pictures are drawn token by token, and from which distribution.</summary>
public sealed record TokenPlan
{
    /// <summary>G: samples of each condition.</summary>
    public required int GroupSize { get; init; }

    /// <summary>The distribution tokens are drawn from.</summary>
    public required TokenSampling Sampling { get; init; }

    /// <summary>Whether what was drawn is read again, for the log-probabilities that are trained with.</summary>
    public bool Replay { get; init; }

    /// <summary>Rows of one forward pass. Bits depend on it, so rollout and replay use the same.</summary>
    public int MicroBatch { get; init; } = 64;
}

/// <summary>A rollout that drew tokens.</summary>
/// <param name="Plan">What was asked for.</param>
/// <param name="Encoded">B rows: the conditions as the network reads them.</param>
/// <param name="Tokens">Shape <c>[B, N]</c>, int64: what was drawn, and what pictures are made of.</param>
/// <param name="SamplerLogProb">Shape <c>[B, N]</c>: under the distribution they were drawn from, guidance and filters included.</param>
/// <param name="Entropy">Shape <c>[B, N]</c>: of the guided distribution at temperature 1, before filters.</param>
/// <param name="LogProb">Shape <c>[B, N]</c>: under the network that drew, without guidance and filters, all tokens read at once; null where the plan asks for no replay.</param>
public sealed record TokenRollout(TokenPlan Plan, long Iteration, IReadOnlyList<Condition> Conditions, EncodedConditions Encoded,
    Tensor Tokens, Tensor SamplerLogProb, Tensor Entropy, Tensor? LogProb, long NetworkEvaluations) : Rollout(Iteration, Plan.GroupSize, Conditions, Tokens, NetworkEvaluations);
