using Visalign.Torch;

namespace Visalign.Networks;

/// <summary>The step-aware preference model of SPO: a CLIP whose picture tower knows how noisy the sample was.</summary>
/// <remarks>
/// Liang et al., arXiv 2406.04314, as in the authors' <c>time_conditioned_clip.py</c>. Every block, and the last normalization,
/// is adaptive (Peebles and Xie, arXiv 2212.09748), with the keys <c>t_embedder</c> and <c>adaLN_modulation</c>:
/// <code>
/// time  = Linear(SiLU(Linear(features(t))))
/// x    += gate1 · attention(norm1(x) (1 + scale1) + shift1),   x += gate2 · perceptron(norm2(x) (1 + scale2) + shift2)
/// where shift, scale, gate = Linear(SiLU(time))
/// </code>
/// </remarks>
public static class StepPreference
{
    /// <summary>The <c>model_type</c> of its configuration, which is a CLIP's otherwise.</summary>
    public const string Kind = "step_preference";

    /// <summary>Sines and cosines of a timestep.</summary>
    public const int TimeFeatures = 256;

    /// <summary>What one-step predictions say at their timesteps; not yet of length 1.</summary>
    /// <param name="pixels">Shape <c>[B, 3, H, W]</c>, prepared by <see cref="ClipPictures"/>.</param>
    /// <param name="timesteps">Shape <c>[B]</c>, float: 1000 times the noise level, 0 for finished pictures.</param>
    /// <returns>Shape <c>[B, P]</c>.</returns>
    public static Tensor PictureFeatures(Weights w, ClipVisionConfig config, Tensor pixels, Tensor timesteps)
    {
        using var scope = Tensor.Scope();
        var time = EmbedTime(w, timesteps).Silu();
        return scope.Keep(ClipVision.Project(w, ClipVision.Encode(w, config, pixels, interpolate: false, time).Pooled));
    }

    /// <summary>The embedding of timesteps that all layers share.</summary>
    /// <param name="timesteps">Shape <c>[B]</c>, float.</param>
    /// <returns>Shape <c>[B, D]</c>.</returns>
    public static Tensor EmbedTime(Weights w, Tensor timesteps)
    {
        using var scope = Tensor.Scope();
        w = w["t_embedder.mlp"];
        return scope.Keep(Layers.Linear(w["2"], Layers.Linear(w["0"], Layers.TimeFeatures(timesteps, TimeFeatures)).Silu()));
    }

    /// <summary>A CLIP's weights, and fresh ones that change nothing yet: shifts and scales of 0, gates of 1.</summary>
    /// <returns>Fresh tensors for the new names; those of the CLIP are shared.</returns>
    internal static List<(string Name, Tensor Value)> Initialize(Weights clip, ClipVisionConfig config, ulong seed)
    {
        var fresh = new Initializer(seed);
        int width = config.Width;
        fresh.Linear("t_embedder.mlp.0", TimeFeatures, width);
        fresh.Linear("t_embedder.mlp.2", width, width);
        for (int i = 0; i < config.Blocks; i++)
        {
            string layer = $"vision_model.encoder.layers.{i}.adaLN_modulation.1";
            fresh.Zeros(layer, width, 6 * width);
            var gates = fresh.Made[^1].Value.Reshape(6, width);
            gates.Select(0, 2).FillInPlace(1);
            gates.Select(0, 5).FillInPlace(1);
        }
        fresh.Zeros("vision_model.adaLN_modulation.1", width, 2 * width);
        return [.. clip.All(), .. fresh.Made];
    }
}
