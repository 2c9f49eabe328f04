using Visalign.Generators;
using Visalign.Networks;
using Visalign.Torch;
using Visalign.Torch.Processes;

namespace Visalign.Rollouts;

/// <summary>Carries out token plans, and replays what was drawn under other weights.</summary>
public static class TokenRolloutSampler
{
    /// <summary>Draws every group of a plan without gradient.</summary>
    /// <param name="weights">The old policy.</param>
    /// <param name="conditions">One for each group.</param>
    /// <param name="seed">With <paramref name="iteration"/>, the sample's index and the token's it fixes every draw.</param>
    /// <param name="advanced">Hears before each token which share of them is done; what it throws ends the rollout.</param>
    /// <param name="processes">Share out whole micro-batches, and all have the whole rollout in the end; null where this process is to do it by itself.</param>
    public static TokenRollout Sample(TokenGenerator generator, Weights weights, TokenPlan plan, IReadOnlyList<Condition> conditions, ulong seed, long iteration,
        Action<double>? advanced = null, ProcessGroup? processes = null)
    {
        using var _ = Autograd.NoGrad();
        using var scope = Tensor.Scope();
        processes ??= ProcessGroup.Alone;
        Condition[] perSample = [.. conditions.SelectMany(condition => Enumerable.Repeat(condition, plan.GroupSize))];
        var encoded = generator.Encode(perSample);
        var mine = RowBatches.Share(processes, perSample.Length, plan.MicroBatch);                              // this process's rows
        int count = generator.TokenCount;
        var (chances, spreads) = (new float[mine.Length * count], new float[mine.Length * count]);             // [b, N]
        List<Tensor> tokens = [Tensor.Empty([0, count], DType.Int64)], replays = [Tensor.Empty([0, count])];
        foreach (var (first, length) in RowBatches.Of(mine.Length, plan.MicroBatch))
        {
            using var inner = Tensor.Scope();
            var rows = encoded.Narrow(mine.Start + first, length);
            tokens.Add(inner.Keep(generator.Draw(weights, rows, plan.Sampling, choice =>
            {
                advanced?.Invoke((first + (double)choice.Index / count * length) / mine.Length);
                var (token, chance) = TokenDraw.Rows(choice.Filtered, new(seed, NoisePurpose.Step, iteration, Step: choice.Index), mine.Start + first);
                float[] spread = TokenLogProb.Entropy(choice.Guided).ToArray<float>();
                for (int row = 0; row < length; row++)
                {
                    int place = (first + row) * count + choice.Index;
                    (chances[place], spreads[place]) = (chance[row], spread[row]);
                }
                return Tensor.From(token, length);
            })));
            if (plan.Replay) replays.Add(inner.Keep(LogProb(generator, weights, rows, tokens[^1], plan.Sampling.Temperature)));
        }
        return new(plan, iteration, perSample, encoded.KeptBy(scope), Whole(Tensor.Cat(tokens.ToArray())), Whole(Tensor.From(chances, mine.Length, count)), Whole(Tensor.From(spreads, mine.Length, count)),
            plan.Replay ? Whole(Tensor.Cat(replays.ToArray())) : null, (long)perSample.Length * count * (plan.Sampling.GuidanceScale == 1 ? 1 : 2));

        Tensor Whole(Tensor share) => scope.Keep(processes.GatherRows(share));
    }

    /// <summary>The log-probabilities of tokens under the given weights, all read at once, without guidance and filters.</summary>
    /// <param name="conditions">B rows: a micro-batch of the rollout's, so that the bits are the rollout's.</param>
    /// <param name="tokens">Shape <c>[B, N]</c>.</param>
    /// <param name="temperature">The one they were drawn at.</param>
    /// <returns>Shape <c>[B, N]</c>.</returns>
    public static Tensor LogProb(TokenGenerator generator, Weights weights, EncodedConditions conditions, Tensor tokens, double temperature)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(TokenLogProb.Of(generator.Logits(weights, conditions, tokens), tokens, temperature));
    }
}
