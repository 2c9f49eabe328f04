using System.Text.Json.Nodes;

namespace Visalign.Networks;

/// <summary>The size and the conventions of a <see cref="ClipModel"/>, from the <c>config.json</c> of a <c>CLIPModel</c>.</summary>
public sealed record ClipConfig
{
    /// <summary>The text tower.</summary>
    public required ClipTextConfig Text { get; init; }
    /// <summary>The picture tower.</summary>
    public required ClipVisionConfig Vision { get; init; }
    /// <summary>Numbers in an embedding.</summary>
    public required int ProjectionWidth { get; init; }

    /// <summary>The kind of a plain CLIP, as configurations call it.</summary>
    internal const string PlainKind = "clip";

    /// <summary>Reads a configuration.</summary>
    /// <param name="kind">The <c>model_type</c> expected.</param>
    /// <exception cref="InputException">A key is missing, malformed or of a value this network does not support.</exception>
    public static ClipConfig Read(NetworkConfig json, string kind = PlainKind)
    {
        json.Only("model_type", kind);
        IgnoreWhatComputesNothing(json);
        // What the scale starts at when training starts afresh, and older writings of the two below.
        json.Ignore("logit_scale_init_value", "text_config_dict", "vision_config_dict");
        var config = new ClipConfig
        {
            Text = ClipTextConfig.Read(json.Object("text_config")),
            Vision = ClipVisionConfig.Read(json.Object("vision_config")),
            ProjectionWidth = json.Whole("projection_dim"),
        };
        json.RefuseOthers();
        return config;
    }

    /// <summary>The same as transformers writes it.</summary>
    internal JsonObject ToJson(string kind = PlainKind) => new()
    {
        ["architectures"] = new JsonArray(kind == PlainKind ? "CLIPModel" : "StepPreferenceModel"),
        ["model_type"] = kind,
        ["projection_dim"] = ProjectionWidth,
        ["text_config"] = new JsonObject
        {
            ["model_type"] = "clip_text_model",
            ["vocab_size"] = Text.VocabularySize,
            ["hidden_size"] = Text.Width,
            ["intermediate_size"] = Text.HiddenWidth,
            ["num_hidden_layers"] = Text.Blocks,
            ["num_attention_heads"] = Text.Heads,
            ["max_position_embeddings"] = Text.Positions,
            ["hidden_act"] = Name(Text.Activation),
            ["layer_norm_eps"] = Text.Epsilon,
            ["eos_token_id"] = Text.PooledToken ?? ClipTextConfig.LegacyEnd,
            ["projection_dim"] = ProjectionWidth,
        },
        ["vision_config"] = new JsonObject
        {
            ["model_type"] = "clip_vision_model",
            ["hidden_size"] = Vision.Width,
            ["intermediate_size"] = Vision.HiddenWidth,
            ["num_hidden_layers"] = Vision.Blocks,
            ["num_attention_heads"] = Vision.Heads,
            ["image_size"] = Vision.ImageSize,
            ["patch_size"] = Vision.PatchSize,
            ["hidden_act"] = Name(Vision.Activation),
            ["layer_norm_eps"] = Vision.Epsilon,
            ["projection_dim"] = ProjectionWidth,
        },
    };

    /// <summary>Names what older versions of transformers wrote into every configuration, of training, files and the generation of text.</summary>
    internal static void IgnoreWhatComputesNothing(NetworkConfig json) => json.Ignore(
        "architectures", "attention_dropout", "bos_token_id", "chunk_size_feed_forward", "diversity_penalty", "dropout", "dtype", "encoder_no_repeat_ngram_size", "id2label",
        "initializer_factor", "initializer_range", "label2id", "length_penalty", "max_length", "min_length", "no_repeat_ngram_size", "num_beam_groups", "num_beams",
        "num_return_sequences", "pad_token_id", "projection_dim", "pruned_heads", "repetition_penalty", "return_dict", "temperature", "tie_word_embeddings", "top_k", "top_p",
        "torch_dtype", "transformers_version", "typical_p");

    private static string Name(ClipActivation activation) => activation == ClipActivation.Gelu ? "gelu" : "quick_gelu";
}
