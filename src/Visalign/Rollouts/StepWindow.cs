using System.ComponentModel.DataAnnotations;
using Visalign.Torch;

namespace Visalign.Rollouts;

/// <summary>Consecutive steps; where they start is drawn anew for each iteration. Step 0 is the noisiest.</summary>
public sealed record StepWindow : IValidatableObject
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

    /// <summary>Where it starts.</summary>
    /// <param name="key">What is drawn: the same key, the same start.</param>
    public int Start(NoiseKey key) => From + Noise.Below(To - Size - From + 1, key);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (From + Size > To)
        {
            yield return new($"a 'window' of {Size} steps does not fit between {From} and {To}. Make it shorter, or move its ends apart.");
        }
    }
}
