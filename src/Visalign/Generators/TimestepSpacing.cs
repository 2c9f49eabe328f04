using Visalign.Networks;

namespace Visalign.Generators;

/// <summary>Which of a checkpoint's training timesteps a sampler visits: diffusers' <c>timestep_spacing</c>.</summary>
/// <remarks>Lin et al., arXiv 2305.08891, table 2 names the three and says why only trailing starts at full noise.</remarks>
public enum TimestepSpacing
{
    /// <summary>Whole strides from timestep 0 upward, moved by an offset.</summary>
    Leading,
    /// <summary>Evenly from the last to the first timestep, both included.</summary>
    Linspace,
    /// <summary>Strides from the last timestep downward.</summary>
    Trailing,
}

/// <summary>Lists the timesteps of a spacing.</summary>
internal static class TimestepGrid
{
    internal static TimestepSpacing Read(NetworkConfig json, TimestepSpacing fallback)
    {
        json.Only("timestep_spacing", "leading", "linspace", "trailing");
        return json.Text("timestep_spacing", "") switch
        {
            "leading" => TimestepSpacing.Leading,
            "linspace" => TimestepSpacing.Linspace,
            "trailing" => TimestepSpacing.Trailing,
            _ => fallback,
        };
    }

    /// <summary>The timesteps, noisiest first.</summary>
    /// <param name="steps">N.</param>
    /// <param name="trainTimesteps">T.</param>
    /// <param name="offset">Added to leading timesteps.</param>
    /// <returns>N numbers in [0, T - 1], beyond it by the offset; whole ones except between the ends of linspace.</returns>
    /// <exception cref="InputException">Fewer than one step, or more than there are timesteps.</exception>
    internal static double[] Of(TimestepSpacing spacing, int steps, int trainTimesteps, int offset)
    {
        if (steps < 1 || steps > trainTimesteps)
            throw new InputException($"steps: {steps} were asked for, but the checkpoint was trained with {trainTimesteps} timesteps; ask for 1 to {trainTimesteps}.");
        var timesteps = new double[steps];
        double even = steps == 1 ? 0 : (trainTimesteps - 1.0) / (steps - 1);
        // Rounded as numpy's arange does, since that decides on which side of a half a trailing timestep falls.
        double stride = trainTimesteps - (trainTimesteps - (double)trainTimesteps / steps);
        for (int i = 0; i < steps; i++)
        {
            int fromBelow = steps - 1 - i;
            timesteps[i] = spacing switch
            {
                TimestepSpacing.Leading => fromBelow * (trainTimesteps / steps) + offset,
                TimestepSpacing.Linspace => i == 0 && steps > 1 ? trainTimesteps - 1 : fromBelow * even,
                _ => Math.Round(trainTimesteps - i * stride) - 1,
            };
        }
        return timesteps;
    }
}
