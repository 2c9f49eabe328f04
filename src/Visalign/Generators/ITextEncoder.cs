using Visalign.Networks;
using Visalign.Networks.Tokenizers;
using Visalign.Torch;
using Visalign.Worlds;

namespace Visalign.Generators;

/// <summary>From a prompt to what a denoising network reads of it.</summary>
public interface ITextEncoder
{
    /// <summary>Encodes one prompt.</summary>
    /// <returns>What the network reads, each with a first dimension of 1.</returns>
    /// <exception cref="InputException">A prompt that cannot be read.</exception>
    IReadOnlyList<Tensor> Encode(string prompt);

    /// <summary>Refuses a prompt that cannot be read, without running a network.</summary>
    /// <exception cref="InputException">The sentence says which part of it.</exception>
    void Check(string prompt);
}

/// <summary>Word numbers of the embedded world; the network embeds them itself.</summary>
/// <param name="Length">Words of a prompt, padding included.</param>
internal sealed record WorldWords(int Length) : ITextEncoder
{
    /// <summary>Shape <c>[1, L]</c>; an empty prompt is all padding.</summary>
    public IReadOnlyList<Tensor> Encode(string prompt) => [Tensor.From([.. Vocabulary.Encode(prompt).Take(Length).Select(word => (long)word)], 1, Length)];

    /// <inheritdoc/>
    public void Check(string prompt) => Vocabulary.Encode(prompt);
}

/// <summary>The text encoder of Stable Diffusion 1 and 2.</summary>
/// <param name="Ids">The tokens of a prompt, shape <c>[1, T]</c>.</param>
internal sealed record ClipEncoder(ClipTower Tower, Func<string, Tensor> Ids) : ITextEncoder
{
    /// <summary>Shape <c>[1, T, D]</c>: the sequence.</summary>
    public IReadOnlyList<Tensor> Encode(string prompt)
    {
        using var scope = Tensor.Scope();
        return [scope.Keep(PromptEmbeddings.StableDiffusion(Tower, Ids(prompt)))];
    }

    /// <inheritdoc/>
    public void Check(string prompt) => Ids(prompt).Dispose();
}

/// <summary>The text encoders of Stable Diffusion 3.</summary>
/// <param name="Third">T5; null where the folder comes without.</param>
/// <param name="ThirdLength">Tokens that T5 reads.</param>
/// <param name="Width">Of the sequence.</param>
internal sealed record Sd3Encoder((ClipTower Tower, Func<string, Tensor> Ids) First, (ClipTower Tower, Func<string, Tensor> Ids) Second,
    (T5Tower Tower, T5Tokenizer Tokenizer)? Third, int ThirdLength, int Width) : ITextEncoder
{
    /// <summary>Shapes <c>[1, T + S, D]</c> and <c>[1, P]</c>: the sequence and the pooled text.</summary>
    public IReadOnlyList<Tensor> Encode(string prompt)
    {
        using var scope = Tensor.Scope();
        (T5Tower, Tensor)? third = null;
        if (Third is { } t5)
        {
            var batch = t5.Tokenizer.Encode([prompt], ThirdLength);
            third = (t5.Tower, Tensor.From(batch.Ids, 1, batch.Length));
        }
        var embeddings = PromptEmbeddings.StableDiffusion3(First.Tower, First.Ids(prompt), Second.Tower, Second.Ids(prompt), third, Width);
        return [scope.Keep(embeddings.Sequence), scope.Keep(embeddings.Pooled)];
    }

    /// <inheritdoc/>
    public void Check(string prompt)
    {
        First.Ids(prompt).Dispose();
        Second.Ids(prompt).Dispose();
        Third?.Tokenizer.Encode([prompt], ThirdLength);
    }
}
