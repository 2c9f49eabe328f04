using Visalign.Rewards;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>Handles <c>clip-score</c>.</summary>
public static class ClipScoreOracle
{
    /// <inheritdoc cref="OracleHandler"/>
    public static void Run(OracleCase oracle, OracleComparison comparison)
    {
        if (oracle.Config.GetProperty("w").GetDouble() is var factor && factor != 2.5) throw new NotSupportedException($"w is {factor}; only the paper's 2.5 is computed here.");
        var captions = oracle.Tensor("in.caption_embeds");

        var scores = ClipScore.Of(oracle.Tensor("in.image_embeds"), captions);
        var nearest = ClipScore.NearestReference(captions, oracle.Tensor("in.reference_embeds"), oracle["in.reference_counts"].Integers);

        comparison.Expect("out.clipscore", scores);
        comparison.Expect("out.clipscore_mean", scores.Mean());
        comparison.Expect("out.ref_similarity", nearest);
        comparison.Expect("out.refclipscore", ClipScore.WithReferences(scores, nearest));
    }
}
