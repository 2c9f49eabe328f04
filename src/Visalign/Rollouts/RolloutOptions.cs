using System.ComponentModel.DataAnnotations;

namespace Visalign.Rollouts;

/// <summary>How many pictures are sampled in an iteration, and how.</summary>
public sealed record RolloutOptions : IValidatableObject
{
    /// <summary>Prompts per iteration, P.</summary>
    [Range(1, 100_000)]
    public int Prompts { get; init; } = 8;

    /// <summary>Pictures of each prompt, G; their rewards are compared with one another.</summary>
    [Range(1, 10_000)]
    public int GroupSize { get; init; } = 8;

    /// <summary>Denoising steps of each picture, T.</summary>
    [Range(1, 1000)]
    public int Steps { get; init; } = 8;

    /// <summary>Which steps are noisy and trained.</summary>
    public StepWindow Window { get; init; } = new();

    /// <summary>Strength of the noise in these steps, a in <c>sigma = a sqrt(s / (1 - s))</c>; 0.7 in the Flow-GRPO paper.</summary>
    [Range(0, 10)]
    public double NoiseScale { get; init; } = 0.7;

    /// <summary>Classifier-free guidance while sampling for training; 1 is off.</summary>
    [Range(0, 100)]
    public double GuidanceScale { get; init; } = 1;

    /// <summary>How far the noise levels are shifted toward noise; 1 is uniform, 3 suits images of 512 pixels and more.</summary>
    [Range(0.1, 100)]
    public double Shift { get; init; } = 1;

    /// <summary>Rows of one forward pass; bits depend on it, so a run keeps it.</summary>
    [Range(1, 100_000)]
    public int MicroBatch { get; init; } = 64;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Window.From + Window.Size > Window.To)
        {
            yield return new($"'rollout.window' of {Window.Size} steps does not fit between {Window.From} and {Window.To}. Make it shorter, or move its ends apart.");
        }

        if (Window.To > Steps)
        {
            yield return new($"'rollout.window.to' is {Window.To}, expected at most the {Steps} of 'rollout.steps'.");
        }
    }
}

/// <summary>Consecutive steps; where they start is drawn anew for each iteration. Step 0 is the noisiest.</summary>
public sealed record StepWindow
{
    /// <summary>How many steps.</summary>
    [Range(1, 1000)]
    public int Size { get; init; } = 4;

    /// <summary>The earliest step it may start with.</summary>
    [Range(0, 999)]
    public int From { get; init; }

    /// <summary>The step before which it ends at the latest.</summary>
    [Range(1, 1000)]
    public int To { get; init; } = 4;
}
