namespace Visalign.Generators;

/// <summary>Noise levels that a rectified-flow sampler walks through, from 1 down to 0.</summary>
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
            levels[i] = (float)(shift * u / (1 + (shift - 1) * u));
        }
        return levels;
    }

    /// <summary>The grid of diffusers' flow-match Euler scheduler: shifted training table, then shifted again.</summary>
    /// <param name="steps">T.</param>
    /// <param name="shift">The checkpoint's static shift.</param>
    /// <param name="trainTimesteps">Entries of the training table, 1000.</param>
    /// <returns>T + 1 levels, the last 0.</returns>
    public static float[] Diffusers(int steps, double shift, int trainTimesteps = 1000)
    {
        float Shift(float u) => (float)shift * u / (1 + ((float)shift - 1) * u);
        float first = Shift(1f), last = Shift(1f / trainTimesteps);
        double high = first * (double)trainTimesteps, low = last * (double)trainTimesteps;
        var levels = new float[steps + 1];
        for (int i = 0; i < steps; i++)
        {
            double timestep = steps == 1 ? high : high + (low - high) * i / (steps - 1);
            levels[i] = Shift((float)(timestep / trainTimesteps));
        }
        return levels;
    }
}
