using Visalign.Torch;

namespace Visalign.Networks;

/// <summary>The UNet of Stable Diffusion 1.5, 2.1 and SDXL, under the keys of diffusers' <c>UNet2DConditionModel</c>.</summary>
/// <remarks>
/// Rombach et al., arXiv 2112.10752; Podell et al., arXiv 2307.01952. What its output means (epsilon or v) is the
/// checkpoint's scheduler's to say.
/// </remarks>
public static partial class Unet
{
    /// <summary>The network's prediction.</summary>
    /// <param name="w">The tree of <c>unet/diffusion_pytorch_model.safetensors</c>.</param>
    /// <param name="latents">Shape <c>[B, C, H, W]</c>, on the variance-preserving path; any sides, as long as the coarsest level keeps a position.</param>
    /// <param name="timesteps">Shape <c>[B]</c>, 0 to 999, whole or between.</param>
    /// <param name="text">Shape <c>[B, L, E]</c>: the text encoder's states.</param>
    /// <param name="sizes">Size conditions and pooled text; SDXL only.</param>
    /// <returns>Shape <c>[B, C', H, W]</c>.</returns>
    /// <exception cref="ArgumentException">Shapes or conditions that do not fit the checkpoint.</exception>
    public static Tensor Predict(Weights w, UnetConfig config, Tensor latents, Tensor timesteps, Tensor text, UnetSizeCondition? sizes = null)
    {
        Expect.Shape(latents, $"B {config.InChannels} H W");
        Expect.Shape(timesteps, "B");
        Expect.Shape(text, $"B L {config.TextWidth}");
        using var scope = Tensor.Scope();
        var time = UnetTime.Of(w, config, timesteps, sizes).Silu();                                   // [B, 4C]
        int coarsest = config.Channels.Count - 1;
        var x = Layers.Conv(w["conv_in"], latents);
        Stack<Tensor> skips = new([x]);
        for (int level = 0; level <= coarsest; level++)
        {
            var block = w[$"down_blocks.{level}"];
            for (int i = 0; i < config.Layers[level]; i++) skips.Push(x = Layer(block, i, level, config.AttendsDown[level], x));
            if (level < coarsest) skips.Push(x = Layers.Conv(block["downsamplers.0.conv"], x, stride: 2));  // [B, C, H/2, W/2], rounded up
        }
        x = Layer(w["mid_block"], 0, coarsest, attends: true, x);
        x = Layer(w["mid_block"], 1, coarsest, attends: false, x);
        for (int level = coarsest; level >= 0; level--)
        {
            var block = w[$"up_blocks.{coarsest - level}"];
            for (int i = 0; i <= config.Layers[level]; i++) x = Joined(block, i, level, x, skips.Pop());
            if (level > 0) x = Upsampled(block["upsamplers.0.conv"], x, skips.Peek());
        }
        return scope.Keep(Layers.Conv(w["conv_out"], Layers.GroupNormSilu(w["conv_norm_out"], x, config.Groups, config.NormEpsilon)));

        Tensor Layer(Weights block, int index, int level, bool attends, Tensor input)
        {
            using var inner = Tensor.Scope();
            var h = ResidualBlock.Of(block[$"resnets.{index}"], input, config.Groups, config.NormEpsilon, time);
            return inner.Keep(attends ? SpatialTransformer.Of(block[$"attentions.{index}"], config, level, h, text) : h);
        }

        Tensor Joined(Weights block, int index, int level, Tensor input, Tensor skip)
        {
            using var inner = Tensor.Scope();
            return inner.Keep(Layer(block, index, level, config.AttendsUp[level], Tensor.Cat([input, skip], 1)));
        }
    }

    // To the size of the next skip, which is twice the present one only where no side was odd on the way down.
    private static Tensor Upsampled(Weights conv, Tensor x, Tensor skip)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(Layers.Conv(conv, x.ResizeNearest(skip.Size(2), skip.Size(3))));
    }
}
