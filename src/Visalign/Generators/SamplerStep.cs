namespace Visalign.Generators;

/// <summary>One step of a checkpoint's own sampler.</summary>
/// <param name="Timestep">What the network is told.</param>
/// <param name="From">Where the latents stand before.</param>
/// <param name="To">Where they stand after.</param>
public readonly record struct SamplerStep(double Timestep, PathPoint From, PathPoint To)
{
    /// <summary>The noise levels that steps walk through, for samplers that work on the flow path.</summary>
    /// <returns>T + 1 levels, from noise to data, rounded to float32.</returns>
    public static float[] Levels(IReadOnlyList<SamplerStep> steps) => [.. steps.Select(step => (float)step.From.NoiseLevel), (float)steps[^1].To.NoiseLevel];
}
