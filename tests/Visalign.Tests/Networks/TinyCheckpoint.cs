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

    /// <summary>Its weights.</summary>
    /// <param name="pooledWidth">With sizes and pooled text, where above zero.</param>
    public static Weights Unet(int pooledWidth = 0)
    {
        const int C = 8, Time = 32;
        var made = new TinyCheckpoint();
        made.Linear("time_embedding.linear_1", C, Time);
        made.Linear("time_embedding.linear_2", Time, Time);
        if (pooledWidth > 0)
        {
            made.Linear("add_embedding.linear_1", pooledWidth, Time);
            made.Linear("add_embedding.linear_2", Time, Time);
        }
        made.Conv("conv_in", 4, C, 3);
        foreach (int level in new[] { 0, 1 }) made.Residual($"down_blocks.{level}.resnets.0", C, C, Time);
        made.Conv("down_blocks.0.downsamplers.0.conv", C, C, 3);
        foreach (int i in new[] { 0, 1 }) made.Residual($"mid_block.resnets.{i}", C, C, Time);
        foreach (int level in new[] { 0, 1 })
            foreach (int i in new[] { 0, 1 }) made.Residual($"up_blocks.{level}.resnets.{i}", 2 * C, C, Time);
        made.Conv("up_blocks.0.upsamplers.0.conv", C, C, 3);
        foreach (string name in new[] { "down_blocks.0.attentions.0", "mid_block.attentions.0", "up_blocks.1.attentions.0", "up_blocks.1.attentions.1" }) made.Transformer(name, C, 6);
        made.Norm("conv_norm_out", C);
        made.Conv("conv_out", C, 4, 3);
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

    private void Residual(string name, int inputs, int outputs, int time = 0)
    {
        Norm($"{name}.norm1", inputs);
        Conv($"{name}.conv1", inputs, outputs, 3);
        Norm($"{name}.norm2", outputs);
        Conv($"{name}.conv2", outputs, outputs, 3);
        if (time > 0) Linear($"{name}.time_emb_proj", time, outputs);
        if (inputs != outputs) Conv($"{name}.conv_shortcut", inputs, outputs, 1);
    }

    private void Transformer(string name, int width, int text)
    {
        Norm($"{name}.norm", width);
        Conv($"{name}.proj_in", width, width, 1);
        Conv($"{name}.proj_out", width, width, 1);
        foreach (int i in new[] { 1, 2, 3 }) Norm($"{name}.transformer_blocks.0.norm{i}", width);
        Attention($"{name}.transformer_blocks.0.attn1", width, width);
        Attention($"{name}.transformer_blocks.0.attn2", width, text);
        Linear($"{name}.transformer_blocks.0.ff.net.0.proj", width, 8 * width);
        Linear($"{name}.transformer_blocks.0.ff.net.2", 4 * width, width);
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
        foreach (var (part, sizes) in new[] { ("weight", shape), ("bias", [outputs]) })
        {
            long count = sizes.Aggregate((a, b) => a * b);
            double deviation = sizes.Length > 1 ? Math.Sqrt((double)outputs / count) : 0.5;
            _made.Add(($"{name}.{part}", (Noise.Normal(new(1, NoisePurpose.Probe, _made.Count), 0, [1, count]) * deviation).Reshape(sizes)));
        }
    }
}
