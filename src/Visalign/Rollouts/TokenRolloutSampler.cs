using Visalign.Generators;
using Visalign.Networks;
using Visalign.Torch;

namespace Visalign.Rollouts;

/// <summary>Carries out token plans, and replays what was drawn under other weights.</summary>
public static class TokenRolloutSampler
{
    /// <summary>Draws every group of a plan without gradient.</summary>
    /// <param name="weights">The old policy.</param>
    /// <param name="conditions">P conditions.</param>
    /// <param name="seed">With <paramref name="iteration"/>, the sample's index and the token's it fixes every draw.</param>
    /// <param name="advanced">Hears before each token which share of them is done; what it throws ends the rollout.</param>
    public static TokenRollout Sample(TokenGenerator generator, Weights weights, TokenPlan plan, IReadOnlyList<Condition> conditions, ulong seed, long iteration, Action<double>? advanced = null)
    {
        using var _ = Autograd.NoGrad();
        using var scope = Tensor.Scope();
        Condition[] perSample = [.. conditions.SelectMany(condition => Enumerable.Repeat(condition, plan.GroupSize))];
        int count = generator.TokenCount;
        var encoded = generator.Encode(perSample);
        var (chances, spreads) = (new float[perSample.Length * count], new float[perSample.Length * count]);    // [B, N]
        List<Tensor> tokens = [], replays = [];
        foreach (var (start, length) in RowBatches.Of(perSample.Length, plan.MicroBatch))
        {
            using var inner = Tensor.Scope();
            var rows = encoded.Narrow(start, length);
            tokens.Add(inner.Keep(generator.Draw(weights, rows, plan.Sampling, choice =>
            {
                advanced?.Invoke((start + (double)choice.Index / count * length) / perSample.Length);
                var (token, chance) = TokenDraw.Rows(choice.Filtered, new(seed, NoisePurpose.Step, iteration, Step: choice.Index), start);
                float[] spread = TokenLogProb.Entropy(choice.Guided).ToArray<float>();
                for (int row = 0; row < length; row++)
                {
                    int place = (start + row) * count + choice.Index;
                    (chances[place], spreads[place]) = (chance[row], spread[row]);
                }
                return Tensor.From(token, length);
            })));
            if (plan.Replay) replays.Add(inner.Keep(LogProb(generator, weights, rows, tokens[^1], plan.Sampling.Temperature)));
        }
        return new(plan, iteration, perSample, encoded.KeptBy(scope), scope.Keep(Tensor.Cat(tokens.ToArray())),
            scope.Keep(Tensor.From(chances, perSample.Length, count)), scope.Keep(Tensor.From(spreads, perSample.Length, count)),
            plan.Replay ? scope.Keep(Tensor.Cat(replays.ToArray())) : null, (long)perSample.Length * count * (plan.Sampling.GuidanceScale == 1 ? 1 : 2));
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
