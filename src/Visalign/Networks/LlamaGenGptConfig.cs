using System.Text.Json.Nodes;

namespace Visalign.Networks;

/// <summary>The size and the conventions of a <see cref="LlamaGenGpt"/>, under the names of LlamaGen's <c>ModelArgs</c>.</summary>
public sealed record LlamaGenGptConfig
{
    private const string ClassModel = "c2i", CaptionModel = "t2i";

    /// <summary>Whether it draws captions, by the features of their words (<c>t2i</c>); else classes, by their numbers (<c>c2i</c>).</summary>
    public bool ReadsCaptions { get; init; }
    /// <summary>Width of the residual stream.</summary>
    public required int Width { get; init; }
    /// <summary>Transformer blocks.</summary>
    public required int Layers { get; init; }
    /// <summary>Attention heads of the queries.</summary>
    public required int Heads { get; init; }
    /// <summary>Attention heads of keys and values; each serves as many heads of queries, in a row.</summary>
    public required int KeyHeads { get; init; }
    /// <summary>What the width inside the feed-forward layers is rounded up to a multiple of.</summary>
    public int HiddenMultiple { get; init; } = 256;
    /// <summary>Factor of that width before rounding.</summary>
    public double HiddenFactor { get; init; } = 1;
    /// <summary>Codes an image token may take.</summary>
    public int Vocabulary { get; init; } = 16384;
    /// <summary>Positions of the condition before the image: 1 for a class, the longest caption's otherwise.</summary>
    public int ConditionTokens { get; init; } = 1;
    /// <summary>Tokens of an image: a square grid, row after row.</summary>
    public int ImageTokens { get; init; } = 256;
    /// <summary>Classes; the number after the last one stands for no class.</summary>
    public int Classes { get; init; } = 1000;
    /// <summary>Width of a caption's features.</summary>
    public int CaptionWidth { get; init; } = 2048;
    /// <summary>Share of the conditions that training drops.</summary>
    public double ConditionDropout { get; init; } = 0.1;
    /// <summary>Base of the rotary frequencies.</summary>
    public double RotaryBase { get; init; } = 10_000;
    /// <summary>Added to mean squares in normalization.</summary>
    public double Epsilon { get; init; } = 1e-5;

    /// <summary>Width of one attention head.</summary>
    public int HeadWidth => Width / Heads;
    /// <summary>Width inside the feed-forward layers: two thirds of four widths, times the factor, rounded up.</summary>
    public int HiddenWidth => ((int)(HiddenFactor * (8 * Width / 3)) + HiddenMultiple - 1) / HiddenMultiple * HiddenMultiple;
    /// <summary>Side of the grid of image tokens.</summary>
    public int GridSide => (int)Math.Round(Math.Sqrt(ImageTokens));

    /// <summary>Reads the sizes by LlamaGen's names and defaults.</summary>
    /// <exception cref="InputException">A key is malformed or of a value this network does not support, or sizes do not fit each other.</exception>
    public static LlamaGenGptConfig Read(NetworkConfig json)
    {
        json.Only("model_type", ClassModel, CaptionModel);
        int heads = json.Whole("n_head", 32);
        var config = new LlamaGenGptConfig
        {
            ReadsCaptions = json.Text("model_type", ClassModel) == CaptionModel,
            Width = json.Whole("dim", 4096),
            Layers = json.Whole("n_layer", 32),
            Heads = heads,
            KeyHeads = json.Whole("n_kv_head", heads),
            HiddenMultiple = json.Whole("multiple_of", 256),
            HiddenFactor = json.Number("ffn_dim_multiplier", 1),
            Vocabulary = json.Whole("vocab_size", 16384),
            ConditionTokens = json.Whole("cls_token_num", 1),
            ImageTokens = json.Whole("block_size", 256),
            Classes = json.Whole("num_classes", 1000),
            CaptionWidth = json.Whole("caption_dim", 2048),
            ConditionDropout = json.Number("class_dropout_prob", 0.1),
            RotaryBase = json.Number("rope_base", 10_000),
            Epsilon = json.Number("norm_eps", 1e-5),
        };
        // Nothing is dropped inside the network here, neither in sampling nor in alignment; the rest sizes buffers and fresh weights.
        json.Ignore("token_dropout_p", "attn_dropout_p", "resid_dropout_p", "ffn_dropout_p", "drop_path_rate", "initializer_range", "max_batch_size", "max_seq_len");
        json.RefuseOthers();
        return config.Fault() is { } fault ? throw new InputException($"{json.Origin}: {fault}") : config;
    }

    /// <summary>The same by LlamaGen's names, for a <c>config.json</c>.</summary>
    public JsonObject ToJson() => new()
    {
        ["model_type"] = ReadsCaptions ? CaptionModel : ClassModel,
        ["dim"] = Width,
        ["n_layer"] = Layers,
        ["n_head"] = Heads,
        ["n_kv_head"] = KeyHeads,
        ["multiple_of"] = HiddenMultiple,
        ["ffn_dim_multiplier"] = HiddenFactor,
        ["vocab_size"] = Vocabulary,
        ["cls_token_num"] = ConditionTokens,
        ["block_size"] = ImageTokens,
        ["num_classes"] = Classes,
        ["caption_dim"] = CaptionWidth,
        ["class_dropout_prob"] = ConditionDropout,
        ["rope_base"] = RotaryBase,
        ["norm_eps"] = Epsilon,
    };

    private string? Fault() =>
        Width < 1 || Layers < 1 || Heads < 1 || KeyHeads < 1 || HiddenMultiple < 1 || Vocabulary < 1 || ConditionTokens < 1 || ImageTokens < 1 ? "expected sizes of at least 1."
        : Width % Heads != 0 || HeadWidth % 4 != 0 ? $"'dim' is {Width}, expected one that {Heads} heads share in multiples of 4."
        : Heads % KeyHeads != 0 ? $"'n_kv_head' is {KeyHeads}, expected a divisor of the {Heads} of 'n_head'."
        : GridSide * GridSide != ImageTokens ? $"'block_size' is {ImageTokens}, expected a square number."
        : !ReadsCaptions && ConditionTokens != 1 ? $"'cls_token_num' is {ConditionTokens}, expected 1 for classes."
        : null;
}
