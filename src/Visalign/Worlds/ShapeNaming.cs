using System.Numerics;
using System.Runtime.InteropServices;

namespace Visalign.Worlds;

/// <summary>Names a shape by its distance from drawings of every shape, sharp and blurred.</summary>
/// <remarks>
/// <code>
/// d_s = least |frame - template| over the templates of shape s,   both of length 1
/// confidence_s = exp(-(d_s / 0.15)^2) / sum of the same, times fit
/// fit = 1 up to the clear distance, falling linearly to 0 at the lost distance
/// </code>
/// The templates are made by the renderer's own coverage, at several sizes and blurs, each averaged over places within a pixel.
/// </remarks>
internal static class ShapeNaming
{
    /// <summary>Farther than this from every template, a shape has no clear name.</summary>
    public const float ClearDistance = 0.25f;

    private const float LostDistance = 0.6f;
    private const float Spread = 0.15f;
    private const int PlacesPerAxis = 4;

    private static readonly (double Radius, double Blur)[] Drawings =
        [(7, 0), (5.2, 0), (4, 0), (4.5, 0.6), (4.2, 0.9), (4, 1.2), (4, 1.5)];

    private static readonly float[][] Templates =
        [.. from shape in Enumerable.Range(0, ShapeGeometry.ShapeCount)
            from drawing in Drawings
            select Template((ObjectShape)shape, drawing.Radius, drawing.Blur)];

    /// <summary>Fills in the confidence of every shape and returns the distance to the nearest.</summary>
    /// <param name="frame">The object in standard place and size.</param>
    /// <param name="confidences">Shape <c>[4]</c>, each in [0, 1], together at most 1.</param>
    public static float Name(in ShapeFrame frame, Span<float> confidences)
    {
        var nearest = float.PositiveInfinity;
        for (var shape = 0; shape < confidences.Length; shape++)
        {
            var likeness = -1f;
            for (var drawing = 0; drawing < Drawings.Length; drawing++)
            {
                likeness = Math.Max(likeness, Dot(frame.Samples, Templates[shape * Drawings.Length + drawing]));
            }

            // For vectors of length 1, |a - b|^2 = 2 - 2 a.b.
            confidences[shape] = MathF.Sqrt(Math.Max(0, 2 - 2 * likeness));
            nearest = Math.Min(nearest, confidences[shape]);
        }

        Confidence.FromDistances(confidences, Spread, Confidence.Ramp(nearest, ClearDistance, LostDistance));
        return nearest;
    }

    private static float[] Template(ObjectShape shape, double radius, double blur)
    {
        var mean = new float[ShapeFrame.Length];
        var coverage = new float[Scene.Size * Scene.Size];
        for (var place = 0; place < PlacesPerAxis * PlacesPerAxis; place++)
        {
            var centerX = Scene.Size / 2 + (double)(place % PlacesPerAxis) / PlacesPerAxis;
            var centerY = Scene.Size / 2 + (double)(place / PlacesPerAxis) / PlacesPerAxis;
            for (var i = 0; i < coverage.Length; i++)
            {
                var (y, x) = Math.DivRem(i, Scene.Size);
                coverage[i] = SceneRenderer.Coverage(shape, (x - centerX) / radius, (y - centerY) / radius, 1 / radius);
            }

            GaussianBlur.Apply(coverage, Scene.Size, blur);
            var samples = ShapeFrame.Of(coverage).Samples;
            for (var i = 0; i < mean.Length; i++) mean[i] += samples[i];
        }

        var length = MathF.Sqrt(Dot(mean, mean));
        foreach (ref var sample in mean.AsSpan()) sample /= length;
        return mean;
    }

    private static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var wideA = MemoryMarshal.Cast<float, Vector<float>>(a);
        var wideB = MemoryMarshal.Cast<float, Vector<float>>(b);
        // The frame's 256 samples fill whole vectors of any width, so there is no remainder.
        var sum = Vector<float>.Zero;
        for (var i = 0; i < wideA.Length; i++) sum += wideA[i] * wideB[i];
        return Vector.Sum(sum);
    }
}
