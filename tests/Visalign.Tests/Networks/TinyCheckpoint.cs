using Visalign.Networks;

namespace Visalign.Tests.Networks;

/// <summary>Checkpoints with random weights that run in milliseconds, under the keys of the real ones.</summary>
internal sealed class TinyCheckpoint
{
    private readonly List<(string Name, Tensor Tensor)> _made = [];

    private TinyCheckpoint() { }

    /// <summary>A UNet of two levels, eight channels wide, that attends to the text on the finer one.</summary>
    public static UnetConfig UnetConfig { get; } = new()
    {
        InChannels = 4, OutChannels = 4, TextWidth = 6, Channels = [8, 8], Layers = [1, 1], Heads = [2, 4], Depths = [1, 1],
        AttendsDown = [true, false], AttendsUp = [true, false], LinearProjection = false, Groups = 4,
    };

    /// <summary>Sines and cosines for each number of its size condition, where it takes one.</summary>
    public const int SizeFeatures = 4;

    /// <summary>Its weights.</summary>
    /// <param name="pooledWidth">Width of the pooled text, with which it takes sizes; 0: neither.</param>
    public static Weights Unet(int pooledWidth = 0)
    {
        var made = new TinyCheckpoint();
        var config = UnetConfig with { SizeFeatures = pooledWidth > 0 ? SizeFeatures : null };
        foreach (var (name, value) in Visalign.Networks.Unet.Initialize(config, seed: 1, pooledWidth)) made.Draw(name, value.Shape.ToArray());
        return Weights.Of(made._made);
    }

    /// <summary>An autoencoder of two levels with four latent channels.</summary>
    public static KlAutoencoderConfig AutoencoderConfig { get; } = new() { LatentChannels = 4, Channels = [8, 12], Layers = 1, Groups = 4 };

    /// <summary>Its weights.</summary>
    public static Weights Autoencoder()
    {
        var made = new TinyCheckpoint();
        made.Conv("encoder.conv_in", 3, 8, 3);
        made.Residual("encoder.down_blocks.0.resnets.0", 8, 8);
        made.Conv("encoder.down_blocks.0.downsamplers.0.conv", 8, 8, 3);
        made.Residual("encoder.down_blocks.1.resnets.0", 8, 12);
        made.Ends("encoder", 12, 8);
        made.Conv("quant_conv", 8, 8, 1);
        made.Conv("post_quant_conv", 4, 4, 1);
        made.Conv("decoder.conv_in", 4, 12, 3);
        foreach (int i in new[] { 0, 1 })
        {
            made.Residual($"decoder.up_blocks.0.resnets.{i}", 12, 12);
            made.Residual($"decoder.up_blocks.1.resnets.{i}", i == 0 ? 12 : 8, 8);
        }
        made.Conv("decoder.up_blocks.0.upsamplers.0.conv", 12, 12, 3);
        made.Ends("decoder", 12, 3, last: 8);
        return Weights.Of(made._made);
    }

    private void Ends(string side, int middle, int outputs, int? last = null)
    {
        foreach (int i in new[] { 0, 1 }) Residual($"{side}.mid_block.resnets.{i}", middle, middle);
        Norm($"{side}.mid_block.attentions.0.group_norm", middle);
        Attention($"{side}.mid_block.attentions.0", middle, middle);
        Norm($"{side}.conv_norm_out", last ?? middle);
        Conv($"{side}.conv_out", last ?? middle, outputs, 3);
    }

    private void Residual(string name, int inputs, int outputs)
    {
        Norm($"{name}.norm1", inputs);
        Conv($"{name}.conv1", inputs, outputs, 3);
        Norm($"{name}.norm2", outputs);
        Conv($"{name}.conv2", outputs, outputs, 3);
        if (inputs != outputs) Conv($"{name}.conv_shortcut", inputs, outputs, 1);
    }

    private void Attention(string name, int width, int context)
    {
        Linear($"{name}.to_q", width, width);
        Linear($"{name}.to_k", context, width);
        Linear($"{name}.to_v", context, width);
        Linear($"{name}.to_out.0", width, width);
    }

    private void Conv(string name, int inputs, int outputs, int kernel) => Draw(name, outputs, outputs, inputs, kernel, kernel);

    private void Linear(string name, int inputs, int outputs) => Draw(name, outputs, outputs, inputs);

    private void Norm(string name, int channels) => Draw(name, channels, channels);

    private void Draw(string name, int outputs, params long[] shape)
    {
        Draw($"{name}.weight", shape);
        Draw($"{name}.bias", [outputs]);
    }

    private void Draw(string name, long[] shape)
    {
        long count = shape.Aggregate((a, b) => a * b);
        double deviation = shape.Length > 1 ? Math.Sqrt((double)shape[0] / count) : 0.5;
        _made.Add((name, (Noise.Normal(new(1, NoisePurpose.Probe, _made.Count), 0, [1, count]) * deviation).Reshape(shape)));
    }
}
