using Visalign.Torch;
using Visalign.Worlds;

namespace Visalign.Pretraining;

/// <summary>Defects that a judge of pictures should know: slight ones, which it should bear, and bad ones, which it should dislike.</summary>
/// <remarks>Pure functions of the key.</remarks>
internal static class PictureDefects
{
    // Blur: standard deviation in pixels. Grain: standard deviation of noise, in units of the full range.
    private const double SlightBlur = 0.8, SlightGrain = 0.04, LeastBlur = 1.5, MostBlur = 3, LeastGrain = 0.1, MostGrain = 0.3;

    /// <summary>What an autoencoder may leave of a picture: a little blur and a little grain, or none.</summary>
    /// <param name="picture">Shape <c>[3, 32, 32]</c>, in [0, 1].</param>
    internal static void Slight(Span<float> picture, NoiseKey key)
    {
        var random = new RandomSequence(key);
        if (random.Below(2) == 0) SceneFlaws.Blur(picture, random.Between(0, SlightBlur));
        if (random.Below(2) == 0) Grain(picture, random.Between(0, SlightGrain), key);
    }

    /// <summary>Out of focus, with a plate in the corner, or full of noise.</summary>
    /// <param name="picture">Shape <c>[3, 32, 32]</c>, in [0, 1].</param>
    internal static void Bad(Span<float> picture, NoiseKey key)
    {
        var random = new RandomSequence(key);
        switch (random.Below(3))
        {
            case 0: SceneFlaws.Blur(picture, random.Between(LeastBlur, MostBlur)); break;
            case 1: SceneFlaws.Mark(picture); break;
            default: Grain(picture, random.Between(LeastGrain, MostGrain), key); break;
        }
    }

    private static void Grain(Span<float> picture, double deviation, NoiseKey key)
    {
        var noise = new float[picture.Length];
        Noise.Normal(key with { Branch = key.Branch + 1 }, noise);
        for (int k = 0; k < noise.Length; k++) picture[k] = Math.Clamp(picture[k] + (float)deviation * noise[k], 0, 1);
    }
}
