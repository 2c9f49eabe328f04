using Visalign.Networks;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>Handles the transformers of Stable Diffusion 3 and 3.5: output, output without some blocks, gradients.</summary>
public static class Sd3TransformerOracle
{
    /// <inheritdoc cref="OracleHandler"/>
    public static void Run(OracleCase oracle, OracleComparison comparison)
    {
        var config = Sd3TransformerConfig.Read(NetworkConfig.Of(oracle.Config.GetProperty("network"), oracle.Path));
        var leaves = new OracleLeaves(oracle);
        var weights = leaves.Weights("weight.");

        var sample = Sample();

        comparison.Expect("out.sample", sample);
        comparison.ExpectIfStored("out.sample_skip_layers", () => Sample([.. oracle.Config.GetProperty("skip_layers").EnumerateArray().Select(index => index.GetInt32())]));
        leaves.CompareGradients(comparison, (sample * leaves["in.cotangent"]).Sum());

        Tensor Sample(params int[] skipped) =>
            Sd3Transformer.Velocity(weights, config, leaves["in.sample"], leaves["in.timestep"], leaves["in.encoder_hidden_states"], leaves["in.pooled_projections"], skipped);
    }
}
