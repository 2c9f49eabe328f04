using Visalign.Torch;
using Visalign.Worlds;

namespace Visalign.Rewards;

/// <summary>Prompts of the embedded world as a text tower reads them: its words, an end, padding.</summary>
internal static class WorldTokens
{
    /// <summary>The token after the last word: the largest id, as CLIP has it.</summary>
    internal static int End => Vocabulary.Size;

    /// <summary>Rows of the token table.</summary>
    internal static int Count => Vocabulary.Size + 1;

    /// <summary>Tokens of a text.</summary>
    internal const int Length = Vocabulary.MaximumWords + 1;

    /// <summary>Token ids.</summary>
    /// <returns>Shape <c>[B, 9]</c>, int64.</returns>
    /// <exception cref="InputException">A word is unknown, or there are more than eight.</exception>
    internal static Tensor Encode(IReadOnlyList<string> prompts)
    {
        var ids = new long[prompts.Count * Length];
        for (int i = 0; i < prompts.Count; i++)
        {
            var text = ids.AsSpan(i * Length, Length);
            int[] words = Vocabulary.Encode(prompts[i]);
            for (int k = 0; k < words.Length; k++) text[k] = words[k];
            text[words.Length - words.Count(word => word == Vocabulary.Padding)] = End;
        }
        return Tensor.From(ids, prompts.Count, Length);
    }
}
