using Visalign.Networks;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>Handles the transformers of Stable Diffusion 3 and 3.5: output, output without some blocks, gradients.</summary>
public static class Sd3TransformerOracle
{
    /// <inheritdoc cref="OracleHandler"/>
    public static void Run(OracleCase oracle, OracleComparison comparison)
    {
        var network = new OracleNetwork(oracle);
        var config = Sd3TransformerConfig.Read(network.Config);
        var weights = network.Weights();

        var sample = Sample();

        comparison.Expect("out.sample", sample);
        comparison.ExpectIfStored("out.sample_skip_layers", () => Sample([.. oracle.Config.GetProperty("skip_layers").EnumerateArray().Select(index => index.GetInt32())]));
        network.CompareGradients(comparison, (sample * network["in.cotangent"]).Sum());

        Tensor Sample(params int[] skipped) =>
            Sd3Transformer.Velocity(weights, config, network["in.sample"], network["in.timestep"], network["in.encoder_hidden_states"], network["in.pooled_projections"], skipped);
    }
}
