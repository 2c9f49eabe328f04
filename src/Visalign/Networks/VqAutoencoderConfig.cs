using System.Text.Json.Nodes;
using Visalign.Records;

namespace Visalign.Networks;

/// <summary>The size of a <see cref="VqAutoencoder"/>, under the names of LlamaGen's <c>ModelArgs</c>.</summary>
public sealed record VqAutoencoderConfig
{
    /// <summary>Entries of the codebook.</summary>
    public int Codes { get; init; } = 16384;
    /// <summary>Width of an entry.</summary>
    public int CodeWidth { get; init; } = 8;
    /// <summary>Whether entries and what is quantized are compared at length 1.</summary>
    public bool Normalized { get; init; } = true;
    /// <summary>Channels at the encoder's end and the decoder's beginning.</summary>
    public int LatentChannels { get; init; } = 256;
    /// <summary>Channels at full size.</summary>
    public int BaseChannels { get; init; } = 128;
    /// <summary>Channels of the encoder's levels in multiples of the base, finest first; each level but the last halves the sides.</summary>
    public ValueList<int> EncoderLevels { get; init; } = [1, 1, 2, 2, 4];
    /// <summary>The same of the decoder, finest first as well.</summary>
    public ValueList<int> DecoderLevels { get; init; } = [1, 1, 2, 2, 4];
    /// <summary>Residual blocks of each level of the encoder; the decoder has one more.</summary>
    public int Blocks { get; init; } = 2;
    /// <summary>Groups of the normalizations.</summary>
    public int Groups { get; init; } = 32;
    /// <summary>Added to variances in normalization.</summary>
    public double Epsilon { get; init; } = 1e-6;
    /// <summary>Side of the square of pixels that is folded into channels at both ends; 1 in LlamaGen. Ours: it spares a processor the full size.</summary>
    public int Fold { get; init; } = 1;
    /// <summary>How strongly latents are held to their codes in training.</summary>
    public double Commitment { get; init; } = 0.25;
    /// <summary>How strongly training spreads the use of the codes.</summary>
    public double EntropyRatio { get; init; }
    /// <summary>Squared distances to the codes are divided by it to tell how sure a choice is.</summary>
    public double EntropyTemperature { get; init; } = 0.01;

    /// <summary>Pixels along the side of one code.</summary>
    public int Stride => Fold << (EncoderLevels.Count - 1);

    /// <summary>Reads the sizes by LlamaGen's names and defaults.</summary>
    /// <exception cref="InputException">A key is malformed or of a value this network does not support, or sizes do not fit each other.</exception>
    public static VqAutoencoderConfig Read(NetworkConfig json)
    {
        var fallback = new VqAutoencoderConfig();
        var config = new VqAutoencoderConfig
        {
            Codes = json.Whole("codebook_size", fallback.Codes),
            CodeWidth = json.Whole("codebook_embed_dim", fallback.CodeWidth),
            Normalized = json.Flag("codebook_l2_norm", fallback.Normalized),
            LatentChannels = json.Whole("z_channels", fallback.LatentChannels),
            BaseChannels = json.Whole("base_channels", fallback.BaseChannels),
            EncoderLevels = json.Has("encoder_ch_mult") ? [.. json.Wholes("encoder_ch_mult")] : fallback.EncoderLevels,
            DecoderLevels = json.Has("decoder_ch_mult") ? [.. json.Wholes("decoder_ch_mult")] : fallback.DecoderLevels,
            Blocks = json.Whole("num_res_blocks", fallback.Blocks),
            Groups = json.Whole("group_norm_groups", fallback.Groups),
            Epsilon = json.Number("group_norm_eps", fallback.Epsilon),
            Fold = json.Whole("pixel_fold", fallback.Fold),
            Commitment = json.Number("commit_loss_beta", fallback.Commitment),
            EntropyRatio = json.Number("entropy_loss_ratio", fallback.EntropyRatio),
        };
        // Nothing is dropped inside the network here, and the use of codes is counted by whoever trains.
        json.Ignore("dropout_p", "codebook_show_usage");
        json.RefuseOthers();
        return config.Fault() is { } fault ? throw new InputException($"{json.Origin}: {fault}") : config;
    }

    /// <summary>The same by LlamaGen's names, for a <c>config.json</c>.</summary>
    public JsonObject ToJson() => new()
    {
        ["codebook_size"] = Codes,
        ["codebook_embed_dim"] = CodeWidth,
        ["codebook_l2_norm"] = Normalized,
        ["z_channels"] = LatentChannels,
        ["base_channels"] = BaseChannels,
        ["encoder_ch_mult"] = new JsonArray([.. EncoderLevels.Select(level => JsonValue.Create(level))]),
        ["decoder_ch_mult"] = new JsonArray([.. DecoderLevels.Select(level => JsonValue.Create(level))]),
        ["num_res_blocks"] = Blocks,
        ["group_norm_groups"] = Groups,
        ["group_norm_eps"] = Epsilon,
        ["pixel_fold"] = Fold,
        ["commit_loss_beta"] = Commitment,
        ["entropy_loss_ratio"] = EntropyRatio,
    };

    private string? Fault() =>
        Codes < 1 || CodeWidth < 1 || LatentChannels < 1 || BaseChannels < 1 || Blocks < 1 || Groups < 1 || Fold < 1 ? "expected sizes of at least 1."
        : EncoderLevels.Count == 0 || EncoderLevels.Count != DecoderLevels.Count ? $"'encoder_ch_mult' has {EncoderLevels.Count} levels and 'decoder_ch_mult' {DecoderLevels.Count}, expected as many."
        : EncoderLevels.Concat(DecoderLevels).Any(level => level < 1 || level * BaseChannels % Groups != 0) ? $"expected channels that {Groups} groups share evenly."
        : null;
}
