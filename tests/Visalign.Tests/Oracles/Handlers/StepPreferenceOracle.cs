using Visalign.Networks;
using Visalign.Objectives;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>Handles the step-aware preference model of <c>spo</c>: its picture tower and what it is trained by.</summary>
public static class StepPreferenceOracle
{
    /// <inheritdoc cref="OracleHandler"/>
    public static void RunVision(OracleCase oracle, OracleComparison comparison)
    {
        var config = oracle.Config;
        if (config.GetProperty("frequency_size").GetInt32() is var size && size != StepPreference.TimeFeatures) throw new NotSupportedException($"{size} sinusoids; only {StepPreference.TimeFeatures} are computed here.");
        var network = new OracleNetwork(oracle);
        var weights = network.Weights();
        var vision = ClipVisionOracle.Vision(config.GetProperty("vision")) with { Epsilon = config.GetProperty("layer_norm_eps").GetDouble() };
        var timesteps = network["in.timesteps"].To(DType.Float32);

        var features = StepPreference.PictureFeatures(weights, vision, network["in.pixels"], timesteps);

        comparison.Expect("out.features", features);
        comparison.ExpectIfStored("state.time_embedding", () => StepPreference.EmbedTime(weights, timesteps));
        comparison.ExpectIfStored("state.last_hidden", () =>
            ClipVision.Encode(weights, vision, network["in.pixels"], interpolate: false, StepPreference.EmbedTime(weights, timesteps).Silu()).HiddenStates[^1]);
        network.CompareGradients(comparison, (features * network["in.cotangent"]).Sum());
    }

    /// <inheritdoc cref="OracleHandler"/>
    public static void RunCriterion(OracleCase oracle, OracleComparison comparison)
    {
        if (oracle.Config.GetProperty("in_batch_negatives").GetBoolean()) throw new NotSupportedException("negatives from the batch are not computed here.");
        double scale = oracle.Config.GetProperty("logit_scale").GetDouble();
        var network = new OracleNetwork(oracle);

        var loss = PairCrossEntropy.Loss(Scores("in.image_0"), Scores("in.image_1"), network["in.label_0"], network["in.num_examples"]);

        comparison.Expect("out.loss", loss);
        network.CompareGradients(comparison, loss);

        Tensor Scores(string picture) => (network[picture] * network["in.text"]).Sum([1]) * scale;
    }
}
