using Visalign.Torch;

namespace Visalign.Generators;

/// <summary>Batches of conditions, read by a text encoder.</summary>
internal static class TextEncoding
{
    /// <summary>Encodes prompts and negative prompts, each text once and by itself, so that its bits do not depend on its neighbors.</summary>
    /// <exception cref="InputException">A text that cannot be read.</exception>
    internal static EncodedConditions Encode(this ITextEncoder encoder, IReadOnlyList<Condition> conditions)
    {
        using var scope = Tensor.Scope();
        using var _ = Autograd.NoGrad();
        List<IReadOnlyList<Tensor>> encoded = [];
        Dictionary<string, long> numbers = new(StringComparer.Ordinal);
        var asked = Rows(condition => condition.Prompt);
        var avoided = Rows(condition => condition.Negative);
        Tensor[] texts = [.. Enumerable.Range(0, encoded[0].Count).Select(part => Tensor.Cat([.. encoded.Select(text => text[part])]))];
        return new([.. texts.Select(text => scope.Keep(text.IndexSelect(0, asked)))], [.. texts.Select(text => scope.Keep(text.IndexSelect(0, avoided)))]);

        Tensor Rows(Func<Condition, string> text) => Tensor.From([.. conditions.Select(condition => Number(text(condition)))], conditions.Count);

        long Number(string text)
        {
            if (numbers.TryGetValue(text, out long known)) return known;
            encoded.Add(encoder.Encode(text));
            return numbers[text] = encoded.Count - 1;
        }
    }
}
