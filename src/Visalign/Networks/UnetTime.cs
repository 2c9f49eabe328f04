using Visalign.Torch;

namespace Visalign.Networks;

/// <summary>The vector that steers a UNet's residual blocks: the timestep, in SDXL also sizes and pooled text.</summary>
/// <remarks>Podell et al., SDXL, arXiv 2307.01952, section 2.2 for the sizes.</remarks>
internal static class UnetTime
{
    /// <summary>Embeds them.</summary>
    /// <param name="timesteps">Shape <c>[B]</c>, 0 to 999.</param>
    /// <returns>Shape <c>[B, 4C]</c>, C the channels of the finest level.</returns>
    /// <exception cref="ArgumentException">Size conditions where the checkpoint has none, or none where it has.</exception>
    internal static Tensor Of(Weights w, UnetConfig config, Tensor timesteps, UnetSizeCondition? sizes)
    {
        if (sizes.HasValue != config.SizeFeatures.HasValue)
            throw new ArgumentException($"The checkpoint takes {(config.SizeFeatures.HasValue ? "sizes and pooled text" : "no sizes and no pooled text")}, got {(sizes.HasValue ? "them" : "none")}.");
        using var scope = Tensor.Scope();
        var time = Layers.Perceptron(w["time_embedding"], Layers.TimeFeatures(timesteps, config.Channels[0]));
        if (sizes is not { } told) return scope.Keep(time);
        var features = Layers.TimeFeatures(told.Sizes.Reshape(-1), config.SizeFeatures!.Value).Reshape(told.Sizes.Size(0), -1);  // [B, 6F]
        return scope.Keep(time + Layers.Perceptron(w["add_embedding"], Tensor.Cat([told.PooledText, features], 1)));
    }
}
