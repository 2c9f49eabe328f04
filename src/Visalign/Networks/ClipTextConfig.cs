namespace Visalign.Networks;

/// <summary>The bend in CLIP's feed-forward layers.</summary>
public enum ClipActivation
{
    /// <summary><c>x · sigmoid(1.702 x)</c>: CLIP-L.</summary>
    QuickGelu,

    /// <summary>The exact Gaussian error linear unit: OpenCLIP's G and H.</summary>
    Gelu,
}

/// <summary>The size and the conventions of a <see cref="ClipText"/>, from the <c>config.json</c> of a <c>text_encoder</c> folder.</summary>
public sealed record ClipTextConfig
{
    /// <summary>In configurations this id of the end stands for "the largest id", from a time when the field was wrong.</summary>
    internal const int LegacyEnd = 2;

    /// <summary>Rows of the token table.</summary>
    public required int VocabularySize { get; init; }
    /// <summary>Width of the residual stream.</summary>
    public required int Width { get; init; }
    /// <summary>Width inside the feed-forward layers.</summary>
    public required int HiddenWidth { get; init; }
    /// <summary>Transformer blocks.</summary>
    public required int Blocks { get; init; }
    /// <summary>Attention heads; divides the width.</summary>
    public required int Heads { get; init; }
    /// <summary>Tokens of the longest text.</summary>
    public int Positions { get; init; } = 77;
    /// <summary>The bend in the feed-forward layers.</summary>
    public ClipActivation Activation { get; init; } = ClipActivation.QuickGelu;
    /// <summary>Added to variances in layer normalization.</summary>
    public double Epsilon { get; init; } = 1e-5;
    /// <summary>The id whose first place is pooled; null pools where the largest id first stands.</summary>
    public int? PooledToken { get; init; }

    /// <summary>The same for every block.</summary>
    internal ClipBlockShape Block => new(Heads, Activation, Epsilon);

    /// <summary>Reads the configuration of a <c>CLIPTextModel</c> or <c>CLIPTextModelWithProjection</c>.</summary>
    /// <exception cref="InputException">A key is missing, malformed or of a value this network does not support.</exception>
    public static ClipTextConfig Read(NetworkConfig json)
    {
        json.Only("model_type", "clip_text_model", "clip");
        json.Only("hidden_act", "quick_gelu", "gelu");
        ClipConfig.IgnoreWhatComputesNothing(json);
        int end = json.Whole("eos_token_id", 49407);
        var config = new ClipTextConfig
        {
            VocabularySize = json.Whole("vocab_size"),
            Width = json.Whole("hidden_size"),
            HiddenWidth = json.Whole("intermediate_size"),
            Blocks = json.Whole("num_hidden_layers"),
            Heads = json.Whole("num_attention_heads"),
            Positions = json.Whole("max_position_embeddings", 77),
            Activation = json.Text("hidden_act", "quick_gelu") == "gelu" ? ClipActivation.Gelu : ClipActivation.QuickGelu,
            Epsilon = json.Number("layer_norm_eps", 1e-5),
            PooledToken = end == LegacyEnd ? null : end,
        };
        json.RefuseOthers();
        if (config.Heads < 1 || config.Width % config.Heads != 0)
            throw new InputException($"{json.Origin}: {config.Heads} heads do not divide a width of {config.Width}.");
        return config;
    }
}
