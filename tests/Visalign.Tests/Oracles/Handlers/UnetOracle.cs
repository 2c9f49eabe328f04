using Visalign.Networks;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>Handles the UNets of Stable Diffusion: their predictions, for odd sides too, and gradients.</summary>
public static class UnetOracle
{
    /// <inheritdoc cref="OracleHandler"/>
    public static void Run(OracleCase oracle, OracleComparison comparison)
    {
        var network = new OracleNetwork(oracle);
        var config = UnetConfig.Read(network.Config);

        var sample = Predict(network["in.sample"]);

        comparison.Expect("out.sample", sample);
        comparison.ExpectIfStored("out.sample_odd", () => Predict(network["in.sample_odd"]));
        network.CompareGradients(comparison, (sample * network["in.cotangent"]).Sum());

        Tensor Predict(Tensor latents) => Unet.Predict(network.Weights(), config, latents, network["in.timestep"], network["in.encoder_hidden_states"],
            network.Find("in.text_embeds") is { } pooled ? new UnetSizeCondition(pooled, network["in.time_ids"]) : null);
    }
}
