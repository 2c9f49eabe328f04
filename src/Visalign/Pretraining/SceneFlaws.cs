using System.ComponentModel.DataAnnotations;
using Visalign.Torch;
using Visalign.Worlds;

namespace Visalign.Pretraining;

/// <summary>What is wrong with some pictures of a training set, whatever their prompts, as with pictures of the web.</summary>
/// <remarks>
/// Measured of the shipped base's two stages (docs/world.md): guidance steers clear of blurred pictures, and not of a mark that
/// sits in a corner of pictures of every prompt, which a reward then teaches to leave out.
/// </remarks>
public sealed record SceneFlaws
{
    /// <summary>Standard deviation of the blur of a picture out of focus, in pixels; the checker then tells hardly any shape.</summary>
    internal const double BlurRadius = 2.5;

    // In pixels: the lower right corner, a pixel off the edges.
    private const int MarkWidth = 13, MarkHeight = 7, MarkMargin = 1;

    /// <summary>Share of pictures out of focus.</summary>
    [Range(0, 1, MaximumIsExclusive = true)]
    public double Blurred { get; init; }

    /// <summary>Share of pictures with a half transparent plate over their lower right corner.</summary>
    [Range(0, 1, MaximumIsExclusive = true)]
    public double Watermarked { get; init; }

    /// <summary>Spoils a picture, or leaves it: a pure function of the seed and its number.</summary>
    /// <param name="picture">Shape <c>[3, 32, 32]</c>, in [0, 1].</param>
    internal void Apply(Span<float> picture, ulong seed, long index)
    {
        var key = new NoiseKey(seed, NoisePurpose.Scene, Sample: index, Branch: 1);
        if (Noise.Uniform(key, 0) < Blurred) Blur(picture, BlurRadius);
        if (Noise.Uniform(key, 1) < Watermarked) Mark(picture);
    }

    /// <summary>Puts a picture out of focus.</summary>
    /// <param name="radius">Standard deviation, in pixels.</param>
    internal static void Blur(Span<float> picture, double radius)
    {
        for (int channel = 0; channel < 3; channel++) GaussianBlur.Apply(Plane(picture, channel), Scene.Size, radius);
    }

    /// <summary>Lays a half transparent plate over the lower right corner.</summary>
    internal static void Mark(Span<float> picture)
    {
        // No object reaches the first pixel. White on dark, black on light.
        float ink = picture[0] < 0.5f ? 1 : 0;
        const int Right = Scene.Size - MarkMargin, Bottom = Scene.Size - MarkMargin;
        for (int channel = 0; channel < 3; channel++)
            for (int y = Bottom - MarkHeight; y < Bottom; y++)
                foreach (ref float value in Plane(picture, channel).Slice(y * Scene.Size + Right - MarkWidth, MarkWidth))
                    value = (value + ink) / 2;
    }

    private static Span<float> Plane(Span<float> picture, int channel) => picture.Slice(channel * Scene.Size * Scene.Size, Scene.Size * Scene.Size);
}
