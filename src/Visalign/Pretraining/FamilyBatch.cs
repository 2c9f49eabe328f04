using Visalign.Torch;
using Visalign.Worlds;

namespace Visalign.Pretraining;

/// <summary>One step's pictures and prompts of a two-tower training, and which of them belong together.</summary>
/// <remarks>
/// Whole families, so that every prompt meets pictures that miss it in one fact, and every picture prompts that miss it. After the
/// N scenes come spoiled copies, one a family: a copy is to pick its prompt like any picture, while a prompt is to pick the
/// clean picture and not the copy. Prompts that happen to be true of another's picture are left out of the choice.
/// </remarks>
internal sealed record FamilyBatch
{
    /// <summary>Lower than any logit: takes a candidate out of a choice.</summary>
    private const float Out = -1e9f;

    /// <summary>Shape <c>[M, 3, 32, 32]</c>: N scenes, then the copies.</summary>
    internal required Tensor Pixels { get; init; }

    /// <summary>N prompts, in the order of the scenes.</summary>
    internal required IReadOnlyList<string> Prompts { get; init; }

    /// <summary>Shape <c>[M]</c>: which prompt each picture is of.</summary>
    internal required Tensor PromptOfPicture { get; init; }

    /// <summary>Shape <c>[M, N]</c>: added to a picture's logits; 0, or very low for prompts left out.</summary>
    internal required Tensor PictureChoice { get; init; }

    /// <summary>Shape <c>[N, M]</c>: added to a prompt's logits; 0, or very low for pictures left out.</summary>
    internal required Tensor PromptChoice { get; init; }

    /// <summary>The batch of some families.</summary>
    internal static FamilyBatch Of(IReadOnlyList<PictureFamily> families)
    {
        const int Pixels = 3 * Scene.Size * Scene.Size;
        var prompts = families.SelectMany(family => family.Prompts).ToList();
        var scenes = families.SelectMany(family => family.Scenes).ToList();
        var (n, m) = (scenes.Count, scenes.Count + families.Count);
        var pixels = new float[m * Pixels];
        var owners = new long[m];                                                                           // the scene of each picture
        for (int k = 0, first = 0; k < families.Count; first += families[k++].Scenes.Count)
        {
            for (int member = 0; member < families[k].Scenes.Count; member++)
            {
                families[k].Paint(member, Picture(first + member));
                owners[first + member] = first + member;
            }
            families[k].PaintSpoiled(Picture(n + k));
            owners[n + k] = first + families[k].Spoiled;
        }

        var pictureChoice = new float[m * n];
        var promptChoice = new float[n * m];
        for (int i = 0; i < m; i++)
            for (int j = 0; j < n; j++)
            {
                if (owners[i] == j || !SceneTruth.Shows(scenes[(int)owners[i]], prompts[j].Request)) continue;
                pictureChoice[i * n + j] = Out;
                if (i < n) promptChoice[j * m + i] = Out;
            }
        return new()
        {
            Pixels = Tensor.From(pixels, m, 3, Scene.Size, Scene.Size),
            Prompts = [.. prompts.Select(prompt => prompt.Text)],
            PromptOfPicture = Tensor.From(owners, m),
            PictureChoice = Tensor.From(pictureChoice, m, n),
            PromptChoice = Tensor.From(promptChoice, n, m),
        };

        Span<float> Picture(int i) => pixels.AsSpan(i * Pixels, Pixels);
    }
}
