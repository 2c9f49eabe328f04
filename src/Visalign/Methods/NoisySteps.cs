using Visalign.Generators;
using Visalign.Rollouts;
using static System.FormattableString;

namespace Visalign.Methods;

/// <summary>What methods ask of the steps whose log-probabilities they train: noise, since without it there is none.</summary>
internal static class NoisySteps
{
    /// <summary>Refuses a kernel, a noise scale or a window under which a trained step could be without noise.</summary>
    /// <param name="window">Inside the grid.</param>
    /// <exception cref="InputException">The sentence names the key to change.</exception>
    internal static void Require(IStepKernel kernel, double noiseScale, StepWindow window, NoiseGrid grid)
    {
        var (low, high) = kernel.NoiseScales;
        if (high == 0)
            throw new InputException($"method.kernel is {kernel.Name}, which draws no noise, so that no step has a log-probability to train. Name one that does: {string.Join(", ", StepKernels.All.Where(other => other.NoiseScales.High > 0).Select(other => other.Name))}.");
        if (!(noiseScale >= low && noiseScale <= high))
            throw new InputException(Invariant($"method.noise_scale is {noiseScale}, expected from {low} to {high} under 'kernel: {kernel.Name}'."));
        if (noiseScale == 0)
            throw new InputException(Invariant($"method.noise_scale is 0, so that no step under 'kernel: {kernel.Name}' has a log-probability to train. Give more than 0, and at most {high}."));
        for (int step = window.From; step < window.To; step++)
        {
            if (kernel.HasNoise(new(grid, step, noiseScale))) continue;
            string advice = step >= window.From + window.Size ? $"Give at most {step}." : "Move or shorten the window, or raise 'rollout.steps'.";
            throw new InputException($"method.window.to is {window.To}, but step {step + 1} of {grid.Levels.Length - 1} has no noise under 'kernel: {kernel.Name}', and so no log-probability to train. {advice}");
        }
    }
}
