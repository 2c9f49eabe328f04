using Visalign.Records;

namespace Visalign.Networks;

/// <summary>The size of a <see cref="KlAutoencoder"/>: the <c>config.json</c> of a diffusers folder, read by diffusers' defaults.</summary>
public sealed record KlAutoencoderConfig
{
    /// <summary>Channels of the pictures that go in.</summary>
    public int InChannels { get; init; } = 3;
    /// <summary>Channels of the pictures that come out.</summary>
    public int OutChannels { get; init; } = 3;
    /// <summary>Channels of the latents: 4 in SD 1.5 and SDXL, 16 in SD3 and FLUX.</summary>
    public required int LatentChannels { get; init; }
    /// <summary>Channels of each level, finest first; each level but the last halves the sides.</summary>
    public required ValueList<int> Channels { get; init; }
    /// <summary>Residual blocks of each level of the encoder; the decoder has one more.</summary>
    public required int Layers { get; init; }
    /// <summary>Groups of the normalizations.</summary>
    public int Groups { get; init; } = 32;
    /// <summary>Whether a 1×1 convolution follows the encoder.</summary>
    public bool QuantConv { get; init; } = true;
    /// <summary>Whether a 1×1 convolution precedes the decoder.</summary>
    public bool PostQuantConv { get; init; } = true;
    /// <summary>What latents are multiplied by for the denoiser: 0.18215 in SD 1.5, 0.13025 in SDXL, 1.5305 in SD3.</summary>
    public double ScalingFactor { get; init; } = 0.18215;
    /// <summary>What is subtracted from latents before that: 0.0609 in SD3.</summary>
    public double ShiftFactor { get; init; }

    /// <summary>Reads <c>vae/config.json</c>.</summary>
    /// <exception cref="InputException">An option is missing, malformed or not supported; the sentence names it.</exception>
    public static KlAutoencoderConfig Read(NetworkConfig json)
    {
        var config = new KlAutoencoderConfig
        {
            InChannels = json.Whole("in_channels", 3),
            OutChannels = json.Whole("out_channels", 3),
            LatentChannels = json.Whole("latent_channels", 4),
            Channels = [.. json.Wholes("block_out_channels")],
            Layers = json.Whole("layers_per_block", 1),
            Groups = json.Whole("norm_num_groups", 32),
            QuantConv = json.Flag("use_quant_conv", true),
            PostQuantConv = json.Flag("use_post_quant_conv", true),
            ScalingFactor = json.Number("scaling_factor", 0.18215),
            ShiftFactor = json.Number("shift_factor", 0),
        };
        json.TextPerLevel("down_block_types", config.Channels.Count, "DownEncoderBlock2D");
        json.TextPerLevel("up_block_types", config.Channels.Count, "UpDecoderBlock2D");
        json.Only("act_fn", "silu", "swish");
        json.Only("mid_block_add_attention", true);
        // The nominal size; and that half precision overflows in it, while everything here is computed in float32.
        json.Ignore("sample_size", "force_upcast");
        json.RefuseOthers();
        return config;
    }
}
