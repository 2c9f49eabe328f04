using System.ComponentModel.DataAnnotations;
using Visalign.Networks;
using Visalign.Worlds;

namespace Visalign.Pretraining;

/// <summary>What the image tokenizer is, and how it is trained.</summary>
public sealed record VqRecipe : IValidatableObject
{
    private const int Groups = 8;

    /// <summary>Entries of the codebook.</summary>
    [Range(2, 65_536)]
    public int Codes { get; init; } = 512;

    /// <summary>Channels at half of the pictures' size; twice as many at a quarter, where codes are.</summary>
    [Range(8, 4096)]
    public int Channels { get; init; } = 32;

    /// <summary>How strongly training spreads the use of the codes.</summary>
    [Range(0, 10)]
    public double EntropyRatio { get; init; }

    /// <summary>Its training.</summary>
    public required PretrainingOptions Training { get; init; }

    /// <summary>The network, for pictures of the embedded world: a code for every 4×4 pixels.</summary>
    internal VqAutoencoderConfig Network => new()
    {
        Codes = Codes,
        LatentChannels = Channels,
        BaseChannels = Channels,
        EncoderLevels = [1, 2],
        DecoderLevels = [1, 2],
        Blocks = 1,
        Groups = Groups,
        Fold = 2,
        EntropyRatio = EntropyRatio,
    };

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Channels % Groups != 0) yield return new($"'vq.channels' is {Channels}, expected a multiple of {Groups}.");
        if (Training.MatrixLearningRate > 0)
            yield return new($"'vq.training.matrix_learning_rate' is {Training.MatrixLearningRate}, but the tokenizer is made of convolutions, which AdamW steps. Leave it out.");
    }
}

/// <summary>What the GPT is, and how it is trained.</summary>
public sealed record GptRecipe : IValidatableObject
{
    /// <summary>Width of the residual stream.</summary>
    [Range(4, 8192)]
    public int Width { get; init; } = 128;

    /// <summary>Transformer blocks.</summary>
    [Range(1, 1000)]
    public int Layers { get; init; } = 5;

    /// <summary>Attention heads.</summary>
    [Range(1, 1024)]
    public int Heads { get; init; } = 4;

    /// <summary>Width of the words' features.</summary>
    [Range(1, 8192)]
    public int CaptionWidth { get; init; } = 64;

    /// <summary>What is wrong with some of its training pictures.</summary>
    public SceneFlaws Flaws { get; init; } = new();

    /// <summary>Its training.</summary>
    public required PretrainingOptions Training { get; init; }

    /// <summary>The network, for the words of the embedded world.</summary>
    /// <param name="tokenizer">Whose codes it draws.</param>
    internal LlamaGenGptConfig Network(VqAutoencoderConfig tokenizer) => new()
    {
        ReadsCaptions = true,
        Width = Width,
        Layers = Layers,
        Heads = Heads,
        KeyHeads = Heads,
        HiddenMultiple = 32,
        Vocabulary = tokenizer.Codes,
        ConditionTokens = Vocabulary.MaximumWords,
        ImageTokens = Scene.Size / tokenizer.Stride * (Scene.Size / tokenizer.Stride),
        CaptionWidth = CaptionWidth,
    };

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Width % (4 * Heads) != 0) yield return new($"'gpt.width' is {Width}, expected one that {Heads} heads share in multiples of 4.");
    }
}
