using Visalign.Rollouts;
using Visalign.Torch;

namespace Visalign.Methods;

/// <summary>Which micro-batches of an iteration each of its updates takes.</summary>
internal static class MicroBatchShares
{
    /// <summary>The micro-batches of one update; whole ones, so that replays keep the rollout's shapes.</summary>
    /// <param name="microBatch">Rows of one, as in the rollout.</param>
    /// <param name="update">From 0.</param>
    /// <param name="count">Updates of an iteration.</param>
    public static List<(int Start, int Length)> Of(Rollout rollout, int microBatch, int update, int count) => [.. RowBatches.Of(rollout.SampleCount, microBatch).Where((_, at) => at % count == update)];

    /// <summary>Requires a micro-batch for each update.</summary>
    /// <exception cref="InputException">There are fewer.</exception>
    public static void Require(RolloutOptions rollout, OptimizerOptions optimizer)
    {
        int pictures = rollout.Prompts * rollout.GroupSize, batches = (pictures + rollout.MicroBatch - 1) / rollout.MicroBatch;
        if (optimizer.UpdatesPerIteration > batches)
            throw new InputException($"optimizer.updates_per_iteration is {optimizer.UpdatesPerIteration}, but an iteration has only {batches} micro-batches to share out. Lower it, or lower rollout.micro_batch.");
    }
}
