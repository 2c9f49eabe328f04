namespace Visalign.Worlds;

/// <summary>Turns distances from several candidates into confidences.</summary>
internal static class Confidence
{
    /// <summary>Replaces distances d by <c>fit exp(-(d / spread)^2) / sum exp(-(d / spread)^2)</c>.</summary>
    public static void FromDistances(Span<float> distances, float spread, float fit)
    {
        var smallest = float.PositiveInfinity;
        foreach (var distance in distances) smallest = Math.Min(smallest, distance);

        // Subtracting the smallest square changes no ratio and keeps the sum from underflowing to zero.
        var sum = 0f;
        foreach (ref var distance in distances)
        {
            distance = MathF.Exp((smallest * smallest - distance * distance) / (spread * spread));
            sum += distance;
        }

        foreach (ref var weight in distances) weight *= fit / sum;
    }

    /// <summary>1 up to <paramref name="clear"/>, 0 from <paramref name="lost"/> on, linear between.</summary>
    public static float Ramp(float value, float clear, float lost) => Math.Clamp((lost - value) / (lost - clear), 0, 1);
}
