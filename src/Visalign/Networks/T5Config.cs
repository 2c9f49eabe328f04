namespace Visalign.Networks;

/// <summary>The size and the conventions of a <see cref="T5Encoder"/>, from the <c>config.json</c> beside it.</summary>
public sealed record T5Config
{
    /// <summary>Rows of the token table.</summary>
    public required int VocabularySize { get; init; }
    /// <summary>Width of the residual stream.</summary>
    public required int Width { get; init; }
    /// <summary>Width of one attention head; heads times this need not be the width.</summary>
    public required int HeadWidth { get; init; }
    /// <summary>Width inside the feed-forward layers.</summary>
    public required int HiddenWidth { get; init; }
    /// <summary>Transformer blocks.</summary>
    public required int Blocks { get; init; }
    /// <summary>Attention heads.</summary>
    public required int Heads { get; init; }
    /// <summary>Buckets of relative positions, both ways together.</summary>
    public int Buckets { get; init; } = 32;
    /// <summary>The distance from which all share a bucket.</summary>
    public int LongestDistance { get; init; } = 128;
    /// <summary>Gated feed-forward layers with the tanh form of gelu (version 1.1, UMT5), or plain ones with relu (version 1.0).</summary>
    public bool Gated { get; init; }
    /// <summary>Whether every block has its own table of position biases (UMT5) or all use the first one's.</summary>
    public bool BiasPerBlock { get; init; }
    /// <summary>Added to mean squares in normalization.</summary>
    public double Epsilon { get; init; } = 1e-6;

    /// <summary>Reads the configuration of a <c>T5EncoderModel</c> or <c>UMT5EncoderModel</c>; a whole T5's does as well.</summary>
    /// <exception cref="InputException">A key is missing, malformed or of a value this network does not support.</exception>
    public static T5Config Read(NetworkConfig json)
    {
        json.Only("model_type", "t5", "umt5");
        json.Only("feed_forward_proj", "relu", "gated-gelu");
        // What the network is follows from feed_forward_proj; newer files repeat it in dense_act_fn and is_gated_act.
        json.Ignore("architectures", "bos_token_id", "classifier_dropout", "d_decoder", "decoder_start_token_id", "dense_act_fn", "dropout_rate", "dtype", "eos_token_id",
            "initializer_factor", "is_encoder_decoder", "is_gated_act", "n_positions", "num_decoder_layers", "output_past", "pad_token_id", "scalable_attention",
            "task_specific_params", "tie_word_embeddings", "tokenizer_class", "torch_dtype", "transformers_version", "use_cache");
        var config = new T5Config
        {
            VocabularySize = json.Whole("vocab_size"),
            Width = json.Whole("d_model"),
            HeadWidth = json.Whole("d_kv"),
            HiddenWidth = json.Whole("d_ff"),
            Blocks = json.Whole("num_layers"),
            Heads = json.Whole("num_heads"),
            Buckets = json.Whole("relative_attention_num_buckets", 32),
            LongestDistance = json.Whole("relative_attention_max_distance", 128),
            Gated = json.Text("feed_forward_proj", "relu") == "gated-gelu",
            BiasPerBlock = json.Text("model_type", "t5") == "umt5",
            Epsilon = json.Number("layer_norm_epsilon", 1e-6),
        };
        json.RefuseOthers();
        if (config.Buckets < 4 || config.LongestDistance <= config.Buckets / 4)
            throw new InputException($"{json.Origin}: {config.Buckets} buckets do not cover distances up to {config.LongestDistance}; expected 4 or more, and a distance beyond a quarter of them.");
        return config;
    }
}
