using System.Globalization;
using Visalign.Methods;
using Visalign.Rollouts;

namespace Visalign.Runs;

/// <summary>Says what an iteration of a recipe costs, before anything starts.</summary>
public static class BatchArithmetic
{
    /// <summary>"12 prompts × 8 samples = 96 pictures per iteration, 1 update".</summary>
    public static string InWords(RolloutOptions rollout, OptimizerOptions optimizer)
    {
        long pictures = (long)rollout.Prompts * rollout.GroupSize;

        return $"{Count(rollout.Prompts, "prompt")} × {Count(rollout.GroupSize, "sample")} = {Count(pictures, "picture")} per iteration, "
            + Count(optimizer.UpdatesPerIteration, "update");
    }

    private static string Count(long number, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} {noun}{(number == 1 ? "" : "s")}");
}
