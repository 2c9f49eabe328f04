using System.ComponentModel.DataAnnotations;
using Visalign.Records;

namespace Visalign.Pretraining;

/// <summary>What the UNet of a latent diffusion model and its text encoder are, and how they are trained.</summary>
public sealed record UnetRecipe : IValidatableObject
{
    /// <summary>Channels of each level, from the finest to the coarsest; each has half the side of the one before.</summary>
    public ValueList<int> Channels { get; init; } = [32, 64];

    /// <summary>Whether each level attends to the text; the middle always does.</summary>
    public ValueList<bool> Attends { get; init; } = [false, true];

    /// <summary>Residual blocks of each level on the way down; the way up has one more.</summary>
    [Range(1, 100)]
    public int Layers { get; init; } = 1;

    /// <summary>Attention heads of every level.</summary>
    [Range(1, 1024)]
    public int Heads { get; init; } = 2;

    /// <summary>Groups of the normalizations.</summary>
    [Range(1, 1024)]
    public int Groups { get; init; } = 8;

    /// <summary>What reads the words.</summary>
    public TextEncoderRecipe Text { get; init; } = new();

    /// <summary>What is wrong with some of the training pictures.</summary>
    public SceneFlaws Flaws { get; init; } = new();

    /// <summary>The training of both networks.</summary>
    public required PretrainingOptions Training { get; init; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Channels.Count is < 1 or > 4) yield return new($"'unet.channels' lists {Channels.Count} levels, expected 1 to 4: the latents have a side of 8.");
        if (Attends.Count != Channels.Count) yield return new($"'unet.attends' lists {Attends.Count} levels, expected {Channels.Count} as 'unet.channels' does.");
        foreach (int channels in Channels)
            if (channels < 1 || channels % Groups != 0 || channels % Heads != 0)
                yield return new($"'unet.channels' has {channels}, expected a multiple of 'unet.groups' ({Groups}) and 'unet.heads' ({Heads}).");
        if (Text.Width % Text.Heads != 0) yield return new($"'unet.text.width' is {Text.Width}, expected a number that {Text.Heads} heads share evenly.");
    }
}

/// <summary>A small CLIP text encoder.</summary>
public sealed record TextEncoderRecipe
{
    /// <summary>Width of the residual stream, which the UNet attends to.</summary>
    [Range(2, 8192)]
    public int Width { get; init; } = 64;

    /// <summary>Transformer blocks.</summary>
    [Range(1, 1000)]
    public int Blocks { get; init; } = 2;

    /// <summary>Attention heads.</summary>
    [Range(1, 1024)]
    public int Heads { get; init; } = 2;
}
