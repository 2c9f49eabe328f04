namespace Visalign.Generators;

/// <summary>Noise levels that a rectified-flow sampler walks through, from 1 down to 0; a checkpoint's own are <see cref="FlowEulerScheduler"/>'s.</summary>
public static class FlowGrid
{
    /// <summary>A uniform grid, shifted toward noise.</summary>
    /// <remarks><code>s = shift u / (1 + (shift - 1) u),  u = 1 - i / T</code> (Esser et al., arXiv 2403.03206, equation 23), rounded to float32.</remarks>
    /// <param name="steps">T.</param>
    /// <param name="shift">1 = uniform, 3 for images at 512 to 1024 pixels.</param>
    /// <returns>T + 1 levels, the first 1 and the last 0.</returns>
    public static float[] Shifted(int steps, double shift = 1)
    {
        var levels = new float[steps + 1];
        for (int i = 0; i <= steps; i++)
        {
            double u = 1 - (double)i / steps;
            levels[i] = (float)Shift(u, shift);
        }
        return levels;
    }

    /// <summary>A level of an even grid, moved toward noise.</summary>
    /// <remarks><code>shift u / (1 + (shift - 1) u)</code>; 0 and 1 stay.</remarks>
    internal static double Shift(double u, double shift) => shift * u / (1 + (shift - 1) * u);

    /// <summary>The largest of some levels that lies below another, for walks in which every token has a level of its own.</summary>
    /// <param name="levels">From noise to data.</param>
    /// <returns>0 where none lies below; levels closer than 1e-6 count as one.</returns>
    public static float Below(ReadOnlySpan<float> levels, float level)
    {
        float below = 0;
        foreach (float other in levels)
            if (other < level - 1e-6f) below = Math.Max(below, other);
        return below;
    }
}
