using System.Numerics;
using System.Runtime.InteropServices;

namespace Visalign.Worlds;

/// <summary>Names a shape by its distance from drawings of every shape, sharp and blurred.</summary>
/// <remarks>
/// <code>
/// d_s = least |frame - template| over the templates of shape s,   both of length 1
/// confidence_s = exp(-(d_s / 0.055)^2) / sum over the shapes and a shapeless smudge, times fit
/// fit = 1 up to the nearest shape's distance 0.20, falling linearly to 0 at 0.50
/// </code>
/// The templates are rendered, segmented and measured like any picture, at several sizes and blurs, each averaged over
/// places within a pixel.
/// </remarks>
internal static class ShapeNaming
{
    /// <summary>Farther than this from every template, a shape in a picture without noise has no clear name.</summary>
    public const float ClearDistance = 0.20f;

    private const float LostDistance = 0.5f;
    private const float Spread = 0.055f;
    private const int PlacesPerAxis = 4;

    private static readonly (double Radius, double Blur)[] Drawings =
        [(7, 0), (5.2, 0), (4, 0), (5.2, 0.5), (4, 0.5), (4, 0.8), (4, 1.0)];

    // A disk blurred beyond recognition: what it fits better than any shape has no shape.
    private static readonly (double Radius, double Blur)[] SmudgeDrawings = [(4, 2), (5, 3)];

    private static readonly float[][][] Templates =
        [.. Enumerable.Range(0, ShapeGeometry.ShapeCount).Select(shape => Draw((ObjectShape)shape, Drawings)),
            Draw(ObjectShape.Circle, SmudgeDrawings)];

    /// <summary>Fills in the confidence of every shape and returns the distance to the nearest.</summary>
    /// <param name="frame">The object in standard place and size.</param>
    /// <param name="confidences">Shape <c>[4]</c>, each in [0, 1], together at most 1.</param>
    public static float Name(in ShapeFrame frame, Span<float> confidences)
    {
        Span<float> distances = stackalloc float[ShapeGeometry.ShapeCount + 1];
        for (var candidate = 0; candidate < distances.Length; candidate++)
        {
            var likeness = -1f;
            foreach (var template in Templates[candidate]) likeness = Math.Max(likeness, Dot(frame.Samples, template));

            // For vectors of length 1, |a - b|^2 = 2 - 2 a.b.
            distances[candidate] = MathF.Sqrt(Math.Max(0, 2 - 2 * likeness));
        }

        var nearest = float.PositiveInfinity;
        foreach (var distance in distances[..confidences.Length]) nearest = Math.Min(nearest, distance);
        Confidence.FromDistances(distances, Spread, Confidence.Ramp(nearest, ClearDistance, LostDistance));
        distances[..confidences.Length].CopyTo(confidences);
        return nearest;
    }

    private static float[][] Draw(ObjectShape shape, (double Radius, double Blur)[] drawings) =>
        [.. drawings.Select(drawing => Template(shape, drawing.Radius, drawing.Blur))];

    private static float[] Template(ObjectShape shape, double radius, double blur)
    {
        const int plane = Scene.Size * Scene.Size;
        var mean = new float[ShapeFrame.Length];
        var picture = new float[3 * plane];
        for (var place = 0; place < PlacesPerAxis * PlacesPerAxis; place++)
        {
            var x = Scene.Size / 2 + (double)(place % PlacesPerAxis) / PlacesPerAxis;
            var y = Scene.Size / 2 + (double)(place / PlacesPerAxis) / PlacesPerAxis;
            SceneRenderer.Render(new Scene(Palette.Backgrounds[0], [new(shape, ObjectColor.Yellow, x, y, radius)]), picture);
            for (var channel = 0; channel < 3; channel++) GaussianBlur.Apply(picture.AsSpan(channel * plane, plane), Scene.Size, blur);

            var samples = RegionMeasurement.Of(new Segmentation(picture), region: 0).Frame.Samples;
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
