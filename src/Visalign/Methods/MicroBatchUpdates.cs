using Visalign.Rollouts;
using Visalign.Torch;

namespace Visalign.Methods;

/// <summary>The updates of an iteration, each of some of its micro-batches.</summary>
internal static class MicroBatchUpdates
{
    /// <summary>Deals micro-batches out in turn, whole ones, so that replays keep the rollout's shapes. An update of no weight is left out.</summary>
    /// <param name="batches">All of the iteration's.</param>
    /// <param name="count">Updates of the iteration.</param>
    /// <param name="weight">How many values a micro-batch brings into the mean that is its update's loss.</param>
    /// <param name="loss">Summed over these values, in one pass of one update, both counted from 0.</param>
    /// <param name="passes">How often an update goes over its micro-batches: once for every step that is trained.</param>
    internal static IEnumerable<Update> Of<TBatch>(IEnumerable<TBatch> batches, int count, Func<TBatch, long> weight, Func<TBatch, (int Update, int Pass), UpdateStatistics, Tensor> loss, int passes = 1) =>
        from share in batches.Select((batch, at) => (Batch: batch, Update: at % count)).GroupBy(dealt => dealt.Update, dealt => dealt.Batch)
        let values = share.Sum(weight) * passes
        where values > 0
        select new Update([.. from pass in Enumerable.Range(0, passes) from batch in share select (Func<UpdateStatistics, Tensor>)(statistics =>
        {
            using var scope = Tensor.Scope();
            return scope.Keep(loss(batch, (share.Key, pass), statistics) / values);
        })]);

    /// <summary>Requires a micro-batch for each update.</summary>
    /// <exception cref="InputException">There are fewer.</exception>
    internal static void Require(RolloutOptions rollout, OptimizerOptions optimizer)
    {
        int pictures = rollout.Prompts * rollout.GroupSize, batches = (pictures + rollout.MicroBatch - 1) / rollout.MicroBatch;
        if (optimizer.UpdatesPerIteration > batches)
            throw new InputException($"optimizer.updates_per_iteration is {optimizer.UpdatesPerIteration}, but an iteration has only {batches} micro-batches to share out. Lower it, or lower rollout.micro_batch.");
    }
}
