namespace Visalign.Networks;

/// <summary>The size and the conventions of a <see cref="ClipVision"/>, from a checkpoint's <c>config.json</c>.</summary>
public sealed record ClipVisionConfig
{
    /// <summary>Width of the residual stream.</summary>
    public required int Width { get; init; }
    /// <summary>Width inside the feed-forward layers.</summary>
    public required int HiddenWidth { get; init; }
    /// <summary>Transformer blocks.</summary>
    public required int Blocks { get; init; }
    /// <summary>Attention heads; divides the width.</summary>
    public required int Heads { get; init; }
    /// <summary>Side of the square pictures it was trained on, in pixels.</summary>
    public required int ImageSize { get; init; }
    /// <summary>Side of the square that makes one token, in pixels.</summary>
    public required int PatchSize { get; init; }
    /// <summary>The bend in the feed-forward layers.</summary>
    public ClipActivation Activation { get; init; } = ClipActivation.QuickGelu;
    /// <summary>Added to variances in layer normalization.</summary>
    public double Epsilon { get; init; } = 1e-5;

    /// <summary>Patches along one side of the pictures it was trained on.</summary>
    public int Side => ImageSize / PatchSize;

    /// <summary>The same for every block.</summary>
    internal ClipBlockShape Block => new(Heads, Activation, Epsilon);

    /// <summary>Reads the configuration of a <c>CLIPVisionModel</c> or <c>CLIPVisionModelWithProjection</c>.</summary>
    /// <exception cref="InputException">A key is missing, malformed or of a value this network does not support.</exception>
    public static ClipVisionConfig Read(NetworkConfig json)
    {
        json.Only("model_type", "clip_vision_model");
        json.Only("hidden_act", "quick_gelu", "gelu");
        json.Only("num_channels", 3);
        ClipConfig.IgnoreWhatComputesNothing(json);
        var config = new ClipVisionConfig
        {
            Width = json.Whole("hidden_size"),
            HiddenWidth = json.Whole("intermediate_size"),
            Blocks = json.Whole("num_hidden_layers"),
            Heads = json.Whole("num_attention_heads"),
            ImageSize = json.Whole("image_size"),
            PatchSize = json.Whole("patch_size"),
            Activation = json.Text("hidden_act", "quick_gelu") == "gelu" ? ClipActivation.Gelu : ClipActivation.QuickGelu,
            Epsilon = json.Number("layer_norm_eps", 1e-5),
        };
        json.RefuseOthers();
        if (config.Heads < 1 || config.Width % config.Heads != 0)
            throw new InputException($"{json.Origin}: {config.Heads} heads do not divide a width of {config.Width}.");
        if (config.PatchSize < 1 || config.Side < 1)
            throw new InputException($"{json.Origin}: patches of {config.PatchSize} pixels do not fit into pictures of {config.ImageSize}.");
        return config;
    }
}
