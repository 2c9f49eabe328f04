namespace Visalign.Networks;

/// <summary>The size and the kind of an <see cref="Sd3Transformer"/>, as diffusers' <c>SD3Transformer2DModel</c> has it in its <c>config.json</c>.</summary>
public sealed record Sd3TransformerConfig
{
    /// <summary>Side of the square of latents that makes one token.</summary>
    public required int Patch { get; init; }

    /// <summary>Channels of the latents that go in.</summary>
    public required int InputChannels { get; init; }

    /// <summary>Channels of the velocity that comes out.</summary>
    public required int OutputChannels { get; init; }

    /// <summary>Transformer blocks.</summary>
    public required int Blocks { get; init; }

    /// <summary>Attention heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Width of one head.</summary>
    public required int HeadWidth { get; init; }

    /// <summary>Width of the text tokens that go in.</summary>
    public required int TextWidth { get; init; }

    /// <summary>Width of the pooled text that goes in.</summary>
    public required int PooledWidth { get; init; }

    /// <summary>Side, in tokens, of the square table of positions; the middle of it is used.</summary>
    public required int PositionTableSide { get; init; }

    /// <summary>Side of the latents that the checkpoint is meant for.</summary>
    public required int Side { get; init; }

    /// <summary>Whether queries and keys are normalized, as since SD3.5.</summary>
    public required bool NormalizesQueriesAndKeys { get; init; }

    /// <summary>Blocks with a second attention among the picture's tokens alone, as in SD3.5-medium.</summary>
    public required IReadOnlySet<int> DualAttentionBlocks { get; init; }

    /// <summary>Width of the residual streams.</summary>
    public int Width => Heads * HeadWidth;

    /// <summary>Reads a config; keys it lacks have diffusers' defaults.</summary>
    /// <exception cref="InputException">A key has another kind of value, contradicts another, or is not supported.</exception>
    public static Sd3TransformerConfig Read(NetworkConfig json)
    {
        var config = new Sd3TransformerConfig
        {
            Patch = json.Whole("patch_size", 2),
            InputChannels = json.Whole("in_channels", 16),
            OutputChannels = json.Whole("out_channels", 16),
            Blocks = json.Whole("num_layers", 18),
            Heads = json.Whole("num_attention_heads", 18),
            HeadWidth = json.Whole("attention_head_dim", 64),
            TextWidth = json.Whole("joint_attention_dim", 4096),
            PooledWidth = json.Whole("pooled_projection_dim", 2048),
            PositionTableSide = json.Whole("pos_embed_max_size", 96),
            Side = json.Whole("sample_size", 128),
            NormalizesQueriesAndKeys = json.Has("qk_norm"),
            DualAttentionBlocks = json.Has("dual_attention_layers") ? json.Wholes("dual_attention_layers").ToHashSet() : [],
        };
        json.Only("qk_norm", "rms_norm");
        int textStream = json.Whole("caption_projection_dim", 1152);
        if (textStream != config.Width)
            throw new InputException($"{json.Origin}: 'caption_projection_dim' is {textStream}, expected {config.Width}, the number of heads times their width.");
        json.RefuseOthers();
        return config;
    }
}
