using Visalign.Torch;

namespace Visalign.Networks;

/// <summary>A CLIP text encoder with its weights.</summary>
public sealed record ClipTower(Weights Weights, ClipTextConfig Config);

/// <summary>A T5 encoder with its weights.</summary>
public sealed record T5Tower(Weights Weights, T5Config Config);

/// <summary>What a denoiser is told about prompts.</summary>
/// <param name="Sequence">Shape <c>[B, T, D]</c>: what it attends to.</param>
/// <param name="Pooled">Shape <c>[B, P]</c>: one vector a prompt.</param>
public sealed record PooledEmbeddings(Tensor Sequence, Tensor Pooled);

/// <summary>From token ids to what the denoisers of published pipelines are conditioned on.</summary>
/// <remarks>
/// <c>encode_prompt</c> of diffusers. Clip skip is its parameter <c>clip_skip</c>: blocks left out at the end; other
/// programs count from 1. No attention mask is used: padding takes part.
/// </remarks>
public static class PromptEmbeddings
{
    /// <summary>Stable Diffusion 1 and 2: a hidden state of CLIP, normalized whichever it is.</summary>
    /// <remarks>Rombach et al., arXiv 2112.10752.</remarks>
    /// <param name="ids">Shape <c>[B, T]</c>, int64, padded.</param>
    /// <returns>Shape <c>[B, T, D]</c>.</returns>
    public static Tensor StableDiffusion(ClipTower text, Tensor ids, int clipSkip = 0)
    {
        using var scope = Tensor.Scope();
        var states = ClipText.Encode(text.Weights, text.Config, ids);
        return scope.Keep(ClipText.Normalize(text.Weights, text.Config, StateFromEnd(states, clipSkip)));
    }

    /// <summary>
    /// Stable Diffusion 3: states of two CLIPs side by side before their last block, zeros up to the width, and T5 behind
    /// them in the sequence.
    /// </summary>
    /// <remarks>Esser et al., arXiv 2403.03206, section 5.3.</remarks>
    /// <param name="firstIds">Shape <c>[B, T]</c>, int64, padded.</param>
    /// <param name="secondIds">Shape <c>[B, T]</c>, int64, padded.</param>
    /// <param name="third">T5 and its ids of shape <c>[B, S]</c>, padded; null: T zero rows stand in for it, as many as CLIP has tokens.</param>
    /// <param name="width">Width of the sequence: the denoiser's <c>joint_attention_dim</c>.</param>
    /// <returns>A sequence of shape <c>[B, T + S, width]</c>; both CLIPs' projected vectors side by side.</returns>
    /// <exception cref="InputException">The encoders do not fit the width.</exception>
    public static PooledEmbeddings StableDiffusion3(ClipTower first, Tensor firstIds, ClipTower second, Tensor secondIds, (T5Tower Tower, Tensor Ids)? third, int width, int clipSkip = 0)
    {
        Expect.SameShape(firstIds, secondIds);
        int clipWidth = first.Config.Width + second.Config.Width, t5Width = third?.Tower.Config.Width ?? width;
        if (clipWidth > width || t5Width != width)
            throw new InputException($"The denoiser expects text of width {width}; got {clipWidth} from the two CLIP encoders and {t5Width} from T5.");
        using var scope = Tensor.Scope();
        var one = ClipText.Encode(first.Weights, first.Config, firstIds);
        var two = ClipText.Encode(second.Weights, second.Config, secondIds);
        long count = firstIds.Size(0), tokens = firstIds.Size(1);
        var clip = Tensor.Cat([StateFromEnd(one, clipSkip + 1), StateFromEnd(two, clipSkip + 1), Tensor.Zeros([count, tokens, width - clipWidth])], 2);  // [B, T, width]
        var t5 = third is { } given ? T5Encoder.Encode(given.Tower.Weights, given.Tower.Config, given.Ids) : Tensor.Zeros([count, tokens, width]);        // [B, S, width]
        var pooled = Tensor.Cat([ClipText.Project(first.Weights, one.Pooled), ClipText.Project(second.Weights, two.Pooled)], 1);
        return new(scope.Keep(Tensor.Cat([clip, t5], 1)), scope.Keep(pooled));
    }

    private static Tensor StateFromEnd(ClipTextStates states, int left) => left >= 0 && left < states.HiddenStates.Count
        ? states.HiddenStates[^(left + 1)]
        : throw new InputException($"The text encoder has {states.HiddenStates.Count - 1} blocks; {left} of them cannot be left out.");
}
