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

    /// <summary>"2 processes with 1 thread each, of which none samples more than 64 of the 96 pictures, in micro-batches of 64".</summary>
    /// <param name="processes">How many share the work; at least 2.</param>
    public static string InWords(RolloutOptions rollout, int processes, int threads)
    {
        int pictures = rollout.Prompts * rollout.GroupSize, batches = (pictures + rollout.MicroBatch - 1) / rollout.MicroBatch;
        int most = Math.Min(pictures, (batches + processes - 1) / processes * rollout.MicroBatch);

        return string.Create(CultureInfo.InvariantCulture,
            $"{processes} processes with {Count(threads, "thread")} each, of which none samples more than {most} of the {Count(pictures, "picture")}, in micro-batches of {rollout.MicroBatch}");
    }

    private static string Count(long number, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} {noun}{(number == 1 ? "" : "s")}");
}
