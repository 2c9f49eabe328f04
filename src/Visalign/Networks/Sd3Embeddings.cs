using Visalign.Torch;

namespace Visalign.Networks;

/// <summary>How an <see cref="Sd3Transformer"/> takes in latents, time and text.</summary>
internal static class Sd3Embeddings
{
    private const int TimeFeatures = 256;

    /// <summary>Patches of the latents with their positions.</summary>
    /// <param name="latents">Shape <c>[B, C, H, W]</c>.</param>
    /// <returns>Shape <c>[B, N, D]</c>, row by row of the picture.</returns>
    /// <exception cref="InputException">The picture is larger than the table of positions.</exception>
    internal static Tensor Picture(Weights w, Sd3TransformerConfig config, Tensor latents)
    {
        using var scope = Tensor.Scope();
        int p = config.Patch, side = config.PositionTableSide;
        long rows = latents.Size(2) / p, columns = latents.Size(3) / p;
        if (rows > side || columns > side)
            throw new InputException($"Latents of {latents.Size(2)}×{latents.Size(3)} make {rows}×{columns} tokens, but this transformer knows {side}×{side} positions; ask for a smaller picture.");
        var tokens = Layers.Conv(w["proj"], latents, stride: p, padding: 0).Reshape(latents.Size(0), config.Width, -1).Transpose(1, 2);  // [B, N, D]
        var positions = w["pos_embed"].Tensor.Reshape(side, side, config.Width)
            .Narrow(0, (side - rows) / 2, rows).Narrow(1, (side - columns) / 2, columns);                                                // [H/p, W/p, D]
        return scope.Keep(tokens + positions.Reshape(1, rows * columns, config.Width));
    }

    /// <summary>What modulates every block: the time and the pooled text.</summary>
    /// <param name="timesteps">Shape <c>[B]</c>, 1000 = noise.</param>
    /// <param name="pooled">Shape <c>[B, P]</c>.</param>
    /// <returns>Shape <c>[B, D]</c>, behind the activation that all modulations begin with.</returns>
    internal static Tensor Condition(Weights w, Tensor timesteps, Tensor pooled)
    {
        using var scope = Tensor.Scope();
        var time = Layers.Perceptron(w["timestep_embedder"], Layers.TimeFeatures(timesteps, TimeFeatures));
        return scope.Keep((time + Layers.Perceptron(w["text_embedder"], pooled)).Silu());
    }
}
