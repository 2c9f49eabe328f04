namespace Visalign.Generators;

/// <summary>The noise levels a walk from noise to data visits.</summary>
/// <param name="Levels">T + 1 levels s, falling.</param>
public sealed record NoiseGrid(float[] Levels)
{
    /// <summary>What standard normal noise is multiplied by to start the walk; below 1 where the first level is no pure noise.</summary>
    public double StartScale { get; init; } = 1;

    /// <summary>What the last latents are multiplied by to be taken for data; above 1 where the last level still has noise.</summary>
    public double EndScale { get; init; } = 1;

    /// <summary>Levels from 1 to 0, even but for a shift toward noise.</summary>
    /// <inheritdoc cref="FlowGrid.Shifted"/>
    public static NoiseGrid Even(int steps, double shift = 1) => new(FlowGrid.Shifted(steps, shift));

    /// <summary>The walk that a checkpoint's own sampler takes.</summary>
    /// <param name="steps">From noise to data; each begins where the one before ends.</param>
    /// <param name="start">Where standard normal noise, after the sampler has scaled it, is taken to stand, divided by that scale.</param>
    /// <exception cref="InputException">A step begins elsewhere than the one before ends.</exception>
    internal static NoiseGrid Of(IReadOnlyList<SamplerStep> steps, double start)
    {
        for (int i = 1; i < steps.Count; i++)
            if (Math.Abs(steps[i].From.NoiseLevel - steps[i - 1].To.NoiseLevel) > 1e-9)
                throw new InputException($"The checkpoint's sampler cannot take {steps.Count} steps here: with its timestep spacing, step {i + 1} does not begin where step {i} ends. Ask for another number of steps.");
        return new(SamplerStep.Levels(steps)) { StartScale = start / steps[0].From.FlowScale, EndScale = steps[^1].To.FlowScale };
    }
}
