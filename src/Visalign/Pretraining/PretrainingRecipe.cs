using System.ComponentModel.DataAnnotations;
using System.Diagnostics;
using Visalign.Networks;
using Visalign.Records;
using Visalign.Runs;
using Visalign.Worlds;

namespace Visalign.Pretraining;

/// <summary>How a model of the embedded world is made: an autoencoder, then a network over what it encodes; <c>vae</c> with <c>transformer</c> or <c>unet</c> makes one that denoises, <c>vq</c> and <c>gpt</c> one that draws tokens.</summary>
public sealed record PretrainingRecipe : IPretrainingRecipe, IValidatableObject
{
    /// <summary>The autoencoder of a model that denoises.</summary>
    public VaeRecipe? Vae { get; init; }

    /// <summary>The flow transformer over its latents.</summary>
    public TransformerRecipe? Transformer { get; init; }

    /// <summary>Or a diffusion UNet with its text encoder.</summary>
    public UnetRecipe? Unet { get; init; }

    /// <summary>The image tokenizer of a model that draws tokens.</summary>
    public VqRecipe? Vq { get; init; }

    /// <summary>The GPT over its codes.</summary>
    public GptRecipe? Gpt { get; init; }

    /// <summary>What is measured of the result, for its card.</summary>
    public MeasurementRecipe Measurement { get; init; } = new();

    /// <inheritdoc/>
    public int BatchSize => Model.NetworkTraining.BatchSize;

    /// <summary>What makes the model.</summary>
    internal IModelTraining Model => Parts is { } model ? model : throw new UnreachableException("A recipe is validated when it is read.");

    private IModelTraining? Parts => (Vae, Transformer, Unet, Vq, Gpt) switch
    {
        ({ } vae, { } transformer, null, null, null) => new FlowModelTraining(vae, transformer),
        ({ } vae, null, { } unet, null, null) => new DiffusionModelTraining(vae, unet),
        (null, null, null, { } vq, { } gpt) => new TokenModelTraining(vq, gpt),
        _ => null,
    };

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Parts is null) yield return new("a pretraining makes one model: give 'vae' and 'transformer' or 'unet' for one that denoises, or 'vq' and 'gpt' for one that draws tokens.");
        if (Gpt is not null && Measurement.Steps is { } steps) yield return new($"'measurement.steps' is {steps}; steps are of denoising, and this model draws tokens one after another. Leave it out.");
    }

    /// <inheritdoc/>
    public string Make(PretrainingRequest request, IRunObserver observer, TimeProvider clock, CancellationToken token) =>
        ModelPretraining.Run(this, request, observer, clock, token).InWords;

    /// <summary>The recipe file.</summary>
    public static RecordFormat<PretrainingRecipe> File { get; } = new(RecordTypes.None, new FormatVersion("pretraining", 1));
}

/// <summary>How the autoencoder is trained.</summary>
public sealed record VaeRecipe : IValidatableObject
{
    /// <summary>Weight of the KL term, which keeps latents near a normal distribution.</summary>
    [Range(0, 10)]
    public double KlWeight { get; init; } = VaePretraining.KlWeight;

    /// <summary>Its training.</summary>
    public required PretrainingOptions Training { get; init; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Training.MatrixLearningRate > 0)
        {
            yield return new($"'vae.training.matrix_learning_rate' is {Training.MatrixLearningRate}, but the autoencoder is made of convolutions, which AdamW steps. Leave it out.");
        }
    }
}

/// <summary>What the transformer is, and how it is trained.</summary>
public sealed record TransformerRecipe : IValidatableObject
{
    /// <summary>Width of the residual stream.</summary>
    [Range(2, 8192)]
    public int Width { get; init; } = 128;

    /// <summary>Transformer blocks.</summary>
    [Range(1, 1000)]
    public int Blocks { get; init; } = 6;

    /// <summary>Attention heads.</summary>
    [Range(1, 1024)]
    public int Heads { get; init; } = 4;

    /// <summary>What is wrong with some of its training pictures.</summary>
    public SceneFlaws Flaws { get; init; } = new();

    /// <summary>Its training.</summary>
    public required PretrainingOptions Training { get; init; }

    /// <summary>The network, for the latents and words of the embedded world.</summary>
    internal TextDitConfig Network => new()
    {
        Width = Width,
        Blocks = Blocks,
        Heads = Heads,
        LatentChannels = ToyVae.LatentChannels,
        Vocabulary = Vocabulary.Size,
        PromptLength = Vocabulary.MaximumWords,
    };

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Width % 2 != 0 || Width % Heads != 0)
        {
            yield return new($"'transformer.width' is {Width}, expected an even number that {Heads} heads share evenly.");
        }
    }
}

/// <summary>How thoroughly the result is measured.</summary>
public sealed record MeasurementRecipe
{
    /// <summary>Scenes sent through the autoencoder.</summary>
    [Range(1, 1_000_000)]
    public int Scenes { get; init; } = 1000;

    /// <summary>Tuning prompts sampled at each guidance scale.</summary>
    [Range(1, 1_000_000)]
    public int Prompts { get; init; } = 1024;

    /// <summary>ODE steps; null for 8. Models that draw tokens have none.</summary>
    [Range(1, 1000)]
    public int? Steps { get; init; }
}
