using Visalign.Networks;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>Handles the autoencoders of latent diffusion: moments, posterior, decoding, the denoiser's scaling, gradients.</summary>
public static class KlAutoencoderOracle
{
    /// <inheritdoc cref="OracleHandler"/>
    public static void Run(OracleCase oracle, OracleComparison comparison)
    {
        var network = new OracleNetwork(oracle);
        var config = KlAutoencoderConfig.Read(network.Config);
        var latents = network["in.latents"];

        var moments = KlAutoencoder.Encode(network.Weights(), config, network["in.image"]);
        var posterior = LatentPosterior.Of(moments);
        var drawn = posterior.Draw(network["in.noise"]);
        var decoded = KlAutoencoder.Decode(network.Weights(), config, latents);

        comparison.Expect("out.moments", moments);
        comparison.Expect("out.mode", posterior.Mean);
        comparison.Expect("out.std", posterior.Deviation());
        comparison.Expect("out.sample", drawn);
        comparison.Expect("out.kl", posterior.Divergence());
        comparison.Expect("out.scaled", KlAutoencoder.ToDenoiser(config, drawn));
        comparison.Expect("out.decoded", decoded);
        comparison.Expect("out.decoded_scaled", KlAutoencoder.Decode(network.Weights(), config, KlAutoencoder.FromDenoiser(config, latents)));
        network.CompareGradients(comparison, (moments * network["in.cotangent_moments"]).Sum() + (decoded * network["in.cotangent_image"]).Sum());
    }
}
