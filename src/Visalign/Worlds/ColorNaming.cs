using System.Numerics;

namespace Visalign.Worlds;

/// <summary>Names a color by its distance from the palette in Oklab, where equal distances look about equally different.</summary>
/// <remarks>
/// Ottosson, "A perceptual color space for image processing", 2020. Lightness counts half, since blur and shading change it first.
/// <code>
/// d_k = |oklab(color) - oklab(palette_k)|,   confidence_k = exp(-(d_k / 0.07)^2) / sum of the same, times fit
/// fit = 1 up to the clear distance 0.10, falling linearly to 0 at 0.30
/// </code>
/// </remarks>
internal static class ColorNaming
{
    /// <summary>Farther than this from every palette color, a color has no clear name.</summary>
    public const float ClearDistance = 0.10f;

    private const float LostDistance = 0.30f;
    private const float Spread = 0.07f;

    private static readonly Vector3[] References =
        [.. Enumerable.Range(0, Palette.ColorCount).Select(color => Perceived(Palette.Rgb((ObjectColor)color)))];

    /// <summary>Fills in the confidence of every color and returns the distance to the nearest.</summary>
    /// <param name="rgb">Red, green and blue in [0, 1].</param>
    /// <param name="confidences">Shape <c>[6]</c>, each in [0, 1], together at most 1.</param>
    public static float Name(Vector3 rgb, Span<float> confidences)
    {
        var color = Perceived(rgb);
        var nearest = float.PositiveInfinity;
        for (var k = 0; k < References.Length; k++)
        {
            confidences[k] = Vector3.Distance(color, References[k]);
            nearest = Math.Min(nearest, confidences[k]);
        }

        Confidence.FromDistances(confidences, Spread, Confidence.Ramp(nearest, ClearDistance, LostDistance));
        return nearest;
    }

    private static Vector3 Perceived(Vector3 rgb)
    {
        var (r, g, b) = (Linear(rgb.X), Linear(rgb.Y), Linear(rgb.Z));
        var l = MathF.Cbrt(0.4122214708f * r + 0.5363325363f * g + 0.0514459929f * b);
        var m = MathF.Cbrt(0.2119034982f * r + 0.6806995451f * g + 0.1073969566f * b);
        var s = MathF.Cbrt(0.0883024619f * r + 0.2817188376f * g + 0.6299787005f * b);
        return new Vector3(
            0.5f * (0.2104542553f * l + 0.7936177850f * m - 0.0040720468f * s),
            1.9779984951f * l - 2.4285922050f * m + 0.4505937099f * s,
            0.0259040371f * l + 0.7827717662f * m - 0.8086757660f * s);
    }

    private static float Linear(float srgb) => srgb <= 0.04045f ? srgb / 12.92f : MathF.Pow((srgb + 0.055f) / 1.055f, 2.4f);
}
