using Visalign.Torch;

namespace Visalign.Networks;

/// <summary>The image tokenizer of LlamaGen and Janus: pictures to a grid of codes and back, under the keys of their checkpoints.</summary>
/// <remarks>Sun et al., arXiv 2406.06525, section 2.1, after Esser et al., arXiv 2012.09841.</remarks>
public static class VqAutoencoder
{
    /// <summary>Latents before they are quantized.</summary>
    /// <param name="w">The tree of the checkpoint.</param>
    /// <param name="pictures">Shape <c>[B, 3, H, W]</c>, in [-1, 1].</param>
    /// <returns>Shape <c>[B, E, H/s, W/s]</c>, s = <see cref="VqAutoencoderConfig.Stride"/>.</returns>
    public static Tensor Latents(Weights w, VqAutoencoderConfig config, Tensor pictures)
    {
        Expect.Shape(pictures, "B 3 H W");
        using var scope = Tensor.Scope();
        var encoder = w["encoder"];
        var x = Layers.Conv(encoder["conv_in"], config.Fold > 1 ? pictures.PixelUnshuffle(config.Fold) : pictures);
        for (int level = 0; level < config.EncoderLevels.Count; level++)
        {
            var blocks = encoder[$"conv_blocks.{level}"];
            x = Level(blocks, config, x, config.Blocks);
            // Pads at the right and at the bottom only.
            if (level < config.EncoderLevels.Count - 1) x = Layers.Conv(blocks["downsample.conv"], x.Pad([0, 1, 0, 1]), stride: 2, padding: 0);
        }
        return scope.Keep(Layers.Conv(w["quant_conv"], Out(encoder, config, Middle(encoder["mid"], config, x))));
    }

    /// <summary>The codes of pictures.</summary>
    /// <param name="pictures">Shape <c>[B, 3, H, W]</c>, in [-1, 1].</param>
    /// <returns>Shape <c>[B, H/s, W/s]</c>, int64.</returns>
    public static Tensor Encode(Weights w, VqAutoencoderConfig config, Tensor pictures)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(VectorQuantizer.Indices(w["quantize"], config, Latents(w, config, pictures)));
    }

    /// <summary>Pictures of codes.</summary>
    /// <param name="codes">Shape <c>[B, h, w]</c>, int64.</param>
    /// <returns>Shape <c>[B, 3, h·s, w·s]</c>; [-1, 1] is black to white, not yet clamped.</returns>
    public static Tensor Decode(Weights w, VqAutoencoderConfig config, Tensor codes)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(Pictures(w, config, VectorQuantizer.Entries(w["quantize"], config, codes)));
    }

    /// <summary>Pictures of quantized latents.</summary>
    /// <param name="entries">Shape <c>[B, E, h, w]</c>.</param>
    /// <returns>Shape <c>[B, 3, h·s, w·s]</c>, not yet clamped.</returns>
    public static Tensor Pictures(Weights w, VqAutoencoderConfig config, Tensor entries)
    {
        Expect.Shape(entries, $"B {config.CodeWidth} H W");
        using var scope = Tensor.Scope();
        var decoder = w["decoder"];
        var x = Middle(decoder["mid"], config, Layers.Conv(decoder["conv_in"], Layers.Conv(w["post_quant_conv"], entries)));
        int levels = config.DecoderLevels.Count;
        for (int i = 0; i < levels; i++)
        {
            var blocks = decoder[$"conv_blocks.{i}"];                                                         // the coarsest first
            x = Level(blocks, config, x, config.Blocks + 1);
            if (i < levels - 1) x = Layers.Conv(blocks["upsample.conv"], x.ResizeNearest(2 * x.Size(2), 2 * x.Size(3)));
        }
        x = Out(decoder, config, x);
        return scope.Keep(config.Fold > 1 ? x.PixelShuffle(config.Fold) : x);
    }

    // Attention stands in the coarsest level only.
    private static Tensor Level(Weights w, VqAutoencoderConfig config, Tensor x, int blocks)
    {
        using var scope = Tensor.Scope();
        for (int i = 0; i < blocks; i++)
        {
            x = Residual(w[$"res.{i}"], config, x);
            if (w.Find($"attn.{i}") is { } attention) x = Attend(attention, config, x);
        }
        return scope.Keep(x);
    }

    private static Tensor Middle(Weights w, VqAutoencoderConfig config, Tensor x)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(Residual(w["2"], config, Attend(w["1"], config, Residual(w["0"], config, x))));
    }

    private static Tensor Residual(Weights w, VqAutoencoderConfig config, Tensor x) => ResidualBlock.Of(w, x, config.Groups, config.Epsilon);

    private static Tensor Attend(Weights w, VqAutoencoderConfig config, Tensor x)
    {
        using var scope = Tensor.Scope();
        var y = Layers.GroupNorm(w["norm"], x, config.Groups, config.Epsilon);
        var mixed = Tensor.Attend(Tokens("q"), Tokens("k"), Tokens("v"));                                     // [B, 1, HW, C]
        return scope.Keep(x + Layers.Conv(w["proj_out"], mixed.Transpose(2, 3).Reshape(x.Shape)));

        Tensor Tokens(string key) => Layers.Conv(w[key], y).Reshape(x.Size(0), 1, x.Size(1), -1).Transpose(2, 3);
    }

    private static Tensor Out(Weights w, VqAutoencoderConfig config, Tensor x)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(Layers.Conv(w["conv_out"], Layers.GroupNormSilu(w["norm_out"], x, config.Groups, config.Epsilon)));
    }

    /// <summary>Fresh weights; the codes are random directions.</summary>
    public static List<(string Name, Tensor Value)> Initialize(VqAutoencoderConfig config, ulong seed)
    {
        var fresh = new Initializer(seed);
        int folded = 3 * config.Fold * config.Fold;
        int[] down = [.. config.EncoderLevels.Select(level => level * config.BaseChannels)], up = [.. config.DecoderLevels.Reverse().Select(level => level * config.BaseChannels)];
        fresh.Conv("encoder.conv_in", folded, config.BaseChannels, 3);
        int channels = Levels("encoder", down, config.BaseChannels, config.Blocks, "downsample", attention: down.Length - 1);
        Middle("encoder.mid", channels);
        fresh.Norm("encoder.norm_out", channels);
        fresh.Conv("encoder.conv_out", channels, config.LatentChannels, 3);
        fresh.Conv("quant_conv", config.LatentChannels, config.CodeWidth, 1);
        fresh.Normal("quantize.embedding.weight", 1 / Math.Sqrt(config.CodeWidth), config.Codes, config.CodeWidth);
        fresh.Conv("post_quant_conv", config.CodeWidth, config.LatentChannels, 1);
        fresh.Conv("decoder.conv_in", config.LatentChannels, up[0], 3);
        Middle("decoder.mid", up[0]);
        channels = Levels("decoder", up, up[0], config.Blocks + 1, "upsample", attention: 0);
        fresh.Norm("decoder.norm_out", channels);
        fresh.Conv("decoder.conv_out", channels, folded, 3);
        return fresh.Made;

        int Levels(string part, int[] widths, int inputs, int blocks, string between, int attention)
        {
            for (int level = 0; level < widths.Length; level++)
            {
                string name = $"{part}.conv_blocks.{level}";
                for (int i = 0; i < blocks; i++)
                {
                    Residual($"{name}.res.{i}", i == 0 ? inputs : widths[level], widths[level]);
                    if (level == attention) Attention($"{name}.attn.{i}", widths[level]);
                }
                inputs = widths[level];
                if (level < widths.Length - 1) fresh.Conv($"{name}.{between}.conv", inputs, inputs, 3);
            }
            return inputs;
        }

        void Middle(string name, int width)
        {
            Residual($"{name}.0", width, width);
            Attention($"{name}.1", width);
            Residual($"{name}.2", width, width);
        }

        void Residual(string name, int inputs, int outputs)
        {
            fresh.Norm($"{name}.norm1", inputs);
            fresh.Conv($"{name}.conv1", inputs, outputs, 3);
            fresh.Norm($"{name}.norm2", outputs);
            fresh.Conv($"{name}.conv2", outputs, outputs, 3, gain: 0.2);
            if (inputs != outputs) fresh.Conv($"{name}.nin_shortcut", inputs, outputs, 1);
        }

        void Attention(string name, int width)
        {
            fresh.Norm($"{name}.norm", width);
            foreach (string part in (string[])["q", "k", "v"]) fresh.Conv($"{name}.{part}", width, width, 1);
            fresh.Conv($"{name}.proj_out", width, width, 1, gain: 0.2);
        }
    }
}
