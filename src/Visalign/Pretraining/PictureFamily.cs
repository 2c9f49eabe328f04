using System.Diagnostics;
using Visalign.Torch;
using Visalign.Worlds;

namespace Visalign.Pretraining;

/// <summary>A prompt and near misses of it, each with a scene of its own: what teaches to tell a picture of a prompt from one that is nearly.</summary>
/// <param name="Number">Which family; with the seed it decides everything.</param>
/// <param name="Prompts">The prompt, then near misses (<see cref="NearMisses"/>), all of the training split.</param>
/// <param name="Scenes">One for each.</param>
internal sealed record PictureFamily(ulong Seed, long Number, IReadOnlyList<ScenePrompt> Prompts, IReadOnlyList<Scene> Scenes)
{
    /// <summary>The family with this number.</summary>
    /// <param name="size">Prompts; fewer where a prompt has no more near misses.</param>
    internal static PictureFamily Draw(ulong seed, long number, int size)
    {
        var first = PromptSampler.Draw(PromptSplit.Training, seed, number);
        var prompts = WrongPrompts(first.Request, PromptSplit.Training, size - 1, seed, number).Prepend(first).ToList();
        return new(seed, number, prompts, [.. prompts.Select((prompt, member) => SceneSampler.Draw(prompt.Request, seed, number * size + member))]);
    }

    /// <summary>Sentences that miss a request in one fact, in random order, every fact as likely.</summary>
    /// <param name="split">Held-out combinations only where this is <see cref="PromptSplit.HeldOut"/>.</param>
    /// <param name="most">As many as there are, but no more than this.</param>
    internal static List<ScenePrompt> WrongPrompts(SceneRequest request, PromptSplit split, int most, ulong seed, long number)
    {
        var random = new RandomSequence(new(seed, NoisePurpose.Choice, Sample: number, Branch: (int)split));
        var left = NearMisses.ByFact(request).Select(misses => misses.ToList()).ToList();
        List<ScenePrompt> wrong = [];
        while (wrong.Count < most && left.Count > 0)
        {
            // The fact first, so that the one exchange of two colors comes as often as one of eight other colors.
            var misses = left[random.Below(left.Count)];
            int chosen = random.Below(misses.Count);
            var miss = misses[chosen];
            misses.RemoveAt(chosen);
            if (misses.Count == 0) left.Remove(misses);
            var texts = PromptGrammar.Phrasings(miss).Where(text => split == PromptSplit.HeldOut || !HeldOutRule.Holds(miss, text)).ToList();
            if (texts.Count > 0) wrong.Add(new(texts[random.Below(texts.Count)], miss));
        }
        return wrong.Count > 0 ? wrong : throw new UnreachableException($"No sentence misses {request} in one fact.");
    }

    /// <summary>The member whose picture has a spoiled copy.</summary>
    internal int Spoiled => Noise.Below(Scenes.Count, Key(0));

    /// <summary>Paints a member's scene, with slight defects or none.</summary>
    /// <param name="picture">Shape <c>[3, 32, 32]</c>.</param>
    internal void Paint(int member, Span<float> picture)
    {
        SceneRenderer.Render(Scenes[member], picture);
        PictureDefects.Slight(picture, Key(1 + member));
    }

    /// <summary>Paints the scene of <see cref="Spoiled"/> with a bad defect.</summary>
    /// <param name="picture">Shape <c>[3, 32, 32]</c>.</param>
    internal void PaintSpoiled(Span<float> picture)
    {
        SceneRenderer.Render(Scenes[Spoiled], picture);
        PictureDefects.Bad(picture, Key(1 + Scenes.Count));
    }

    private NoiseKey Key(int step) => new(Seed, NoisePurpose.Training, Sample: Number, Step: step);
}
