using Visalign.Networks;
using Visalign.Torch;

namespace Visalign.Generators;

/// <summary>What is known when a token is to be drawn.</summary>
/// <param name="Index">Which token of the picture; 0 is the first.</param>
/// <param name="Answers">Shape <c>[B or 2B, V]</c>: the network's logits.</param>
/// <param name="Guided">Shape <c>[B, V]</c>: guided logits.</param>
/// <param name="Filtered">Shape <c>[B, V]</c>: the same by temperature, with minus infinity for what is filtered out.</param>
public readonly record struct TokenChoice(int Index, Tensor Answers, Tensor Guided, Tensor Filtered);

/// <summary>Draws the tokens of pictures one after another.</summary>
public static class TokenSampler
{
    /// <summary>Draws.</summary>
    /// <param name="decoder">Fresh.</param>
    /// <param name="condition">Shape <c>[2B, C, D]</c> where guidance has its second half answer no condition, else <c>[B, C, D]</c>.</param>
    /// <param name="mask">Shape <c>[2B or B, C]</c>: 0 where a caption has padding that no token sees; null for none.</param>
    /// <param name="pictures">B.</param>
    /// <param name="count">Tokens of each.</param>
    /// <param name="draw">Chooses a token for each picture, shape <c>[B]</c>, int64.</param>
    /// <returns>Shape <c>[B, count]</c>, int64.</returns>
    public static Tensor Sample(LlamaGenDecoder decoder, Tensor condition, Tensor? mask, TokenSampling options, int pictures, int count, Func<TokenChoice, Tensor> draw)
    {
        bool halves = condition.Size(0) == 2L * pictures;
        if (!halves && condition.Size(0) != pictures) throw new ArgumentException($"Guidance of {pictures} pictures needs {2 * pictures} conditions, without it {pictures}; got {condition.Size(0)}.");
        using var _ = Autograd.NoGrad();
        using var scope = Tensor.Scope();
        List<Tensor> drawn = [];
        for (int index = 0; index < count; index++)
        {
            using var inner = Tensor.Scope();
            var answers = index == 0 ? decoder.Start(condition, mask) : decoder.Next(halves ? Tensor.Cat([drawn[^1], drawn[^1]]) : drawn[^1]);
            var guided = !halves ? answers : index < options.GuidedTokens ? TokenDistribution.Guided(answers, options.GuidanceScale) : answers.Narrow(0, 0, pictures);
            drawn.Add(inner.Keep(draw(new(index, answers, guided, TokenDistribution.Filtered(guided, options)))));
        }
        return scope.Keep(Tensor.Stack(drawn.ToArray(), 1));
    }
}
