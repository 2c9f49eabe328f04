using System.Numerics;

namespace Visalign.Worlds;

/// <summary>Why a backdrop is not the plain grey of the world, or null when it is.</summary>
internal static class BackdropFault
{
    private const float LargestChroma = 0.15f;
    private const float LargestDistance = 0.15f;
    private const float NoiseAllowance = 3.5f;
    private const double LargestStray = 0.05;

    /// <summary>Looks at the pixels that no object owns.</summary>
    public static string? Of(Segmentation segmentation)
    {
        var (color, noise) = segmentation.Backdrop;
        var chroma = Math.Max(color.X, Math.Max(color.Y, color.Z)) - Math.Min(color.X, Math.Min(color.Y, color.Z));
        if (chroma > LargestChroma) return "the background is not grey";

        var limit = LargestDistance + NoiseAllowance * noise;
        var (stray, free) = (0, 0);
        for (var i = 0; i < segmentation.Pixels.Length; i++)
        {
            if (segmentation.Owners[i] >= 0) continue;
            free++;
            if (Vector3.DistanceSquared(segmentation.Pixels[i], color) > limit * limit) stray++;
        }

        return stray > LargestStray * free ? "the background is not plain" : null;
    }
}
