using Visalign.Records;

namespace Visalign.Networks;

/// <summary>The size of a <see cref="Unet"/>: the <c>config.json</c> of a diffusers folder, read by diffusers' defaults.</summary>
/// <remarks>Lists go from the finest level to the coarsest, on the way up too.</remarks>
public sealed record UnetConfig
{
    private const string AttendingDown = "CrossAttnDownBlock2D", AttendingUp = "CrossAttnUpBlock2D";

    /// <summary>Channels of the latents.</summary>
    public required int InChannels { get; init; }
    /// <summary>Channels of the prediction.</summary>
    public required int OutChannels { get; init; }
    /// <summary>Width of the text's tokens.</summary>
    public required int TextWidth { get; init; }
    /// <summary>Channels of each level.</summary>
    public required ValueList<int> Channels { get; init; }
    /// <summary>Residual blocks of each level on the way down; the way up has one more.</summary>
    public required ValueList<int> Layers { get; init; }
    /// <summary>Attention heads of each level.</summary>
    public required ValueList<int> Heads { get; init; }
    /// <summary>Transformer blocks behind each residual block of a level that attends.</summary>
    public required ValueList<int> Depths { get; init; }
    /// <summary>Whether a level attends to the text on the way down.</summary>
    public required ValueList<bool> AttendsDown { get; init; }
    /// <summary>Whether a level attends to the text on the way up.</summary>
    public required ValueList<bool> AttendsUp { get; init; }
    /// <summary>Whether transformers project their tokens by matrices (SD 2 and SDXL) or by 1×1 convolutions (SD 1).</summary>
    public required bool LinearProjection { get; init; }
    /// <summary>Groups of the normalizations.</summary>
    public int Groups { get; init; } = 32;
    /// <summary>Epsilon of the normalizations outside the transformers.</summary>
    public double NormEpsilon { get; init; } = 1e-5;
    /// <summary>Sines and cosines for each number of SDXL's size condition; null where the checkpoint takes none.</summary>
    public int? SizeFeatures { get; init; }

    /// <summary>Side of the latents that the checkpoint is meant for; null where its config does not say.</summary>
    public int? Side { get; init; }

    /// <summary>Reads <c>unet/config.json</c>.</summary>
    /// <remarks>The key <c>attention_head_dim</c> holds the <b>number</b> of heads, whatever its name says.</remarks>
    /// <exception cref="InputException">An option is missing, malformed or not supported; the sentence names it.</exception>
    public static UnetConfig Read(NetworkConfig json)
    {
        json.Only("addition_embed_type", "text_time");
        int[] channels = json.Wholes("block_out_channels");
        int levels = channels.Length;
        var config = new UnetConfig
        {
            InChannels = json.Whole("in_channels", 4),
            OutChannels = json.Whole("out_channels", 4),
            TextWidth = json.Whole("cross_attention_dim", 1280),
            Channels = [.. channels],
            Layers = [.. json.WholePerLevel("layers_per_block", levels, 2)],
            Heads = [.. json.WholePerLevel("attention_head_dim", levels, 8)],
            Depths = [.. json.WholePerLevel("transformer_layers_per_block", levels, 1)],
            AttendsDown = [.. json.TextPerLevel("down_block_types", levels, "DownBlock2D", AttendingDown).Select(type => type == AttendingDown)],
            AttendsUp = [.. json.TextPerLevel("up_block_types", levels, "UpBlock2D", AttendingUp).Reverse().Select(type => type == AttendingUp)],
            LinearProjection = json.Flag("use_linear_projection", false),
            Groups = json.Whole("norm_num_groups", 32),
            NormEpsilon = json.Number("norm_eps", 1e-5),
            Side = json.Has("sample_size") ? json.Whole("sample_size") : null,
            SizeFeatures = json.Has("addition_embed_type") ? json.Whole("addition_time_embed_dim") : null,
        };
        json.Only("act_fn", "silu", "swish");
        json.Only("attention_type", "default");
        json.Only("conv_in_kernel", 3);
        json.Only("conv_out_kernel", 3);
        json.Only("downsample_padding", 1);
        json.Only("dropout", 0);
        json.Only("flip_sin_to_cos", true);
        json.Only("freq_shift", 0);
        json.Only("mid_block_scale_factor", 1);
        json.Only("mid_block_type", "UNetMidBlock2DCrossAttn");
        json.Only("resnet_out_scale_factor", 1);
        json.Only("resnet_time_scale_shift", "default");
        json.Only("time_embedding_type", "positional");
        // What follows from others; and which numbers below float32 are widened, while everything here is computed in float32.
        json.Ignore("projection_class_embeddings_input_dim", "addition_embed_type_num_heads", "addition_time_embed_dim", "upcast_attention");
        json.RefuseOthers();
        return config;
    }
}
