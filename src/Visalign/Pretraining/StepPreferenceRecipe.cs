using System.ComponentModel.DataAnnotations;
using Visalign.Records;
using Visalign.Runs;

namespace Visalign.Pretraining;

/// <summary>How a step-aware preference model is made.</summary>
public sealed record StepPreferenceRecipe : IPretrainingRecipe
{
    /// <summary>What it begins with, what it is trained on, and how.</summary>
    public required StepPreferenceTraining StepPreference { get; init; }

    /// <summary>What is measured of the result, for its card.</summary>
    public StepMeasurementRecipe Measurement { get; init; } = new();

    /// <summary>The recipe file.</summary>
    public static RecordFormat<StepPreferenceRecipe> File { get; } = new(RecordTypes.None, new FormatVersion("pretraining", 1));

    int IPretrainingRecipe.BatchSize => StepPreference.Training.BatchSize;

    string IPretrainingRecipe.Make(PretrainingRequest request, IRunObserver observer, TimeProvider clock, CancellationToken token) =>
        StepPreferenceMaking.Run(this, request, observer, clock, token).InWords;
}

/// <summary>What a step-aware preference model is made of.</summary>
public sealed record StepPreferenceTraining : IValidatableObject
{
    /// <summary>The two-tower model it begins with: a shipped name, or a folder.</summary>
    public string TwoTower { get; init; } = "shapes32-clip";

    /// <summary>The generator whose pictures are compared and predicted, at its best guidance: a shipped name, or a model folder.</summary>
    public string Model { get; init; } = "shapes32-flow";

    /// <summary>Training prompts of which pictures are made.</summary>
    [Range(1, 1_000_000)]
    public int Prompts { get; init; } = 4096;

    /// <summary>Pictures of each prompt; all pairs of them are compared.</summary>
    [Range(2, 1000)]
    public int Group { get; init; } = 4;

    /// <summary>ODE steps.</summary>
    [Range(1, 1000)]
    public int Steps { get; init; } = 8;

    /// <summary>Pictures whose graded scores differ by no more are a tie.</summary>
    [Range(0, 1)]
    public double Tie { get; init; } = 0.1;

    /// <summary>Its training; a batch is that many pictures, half as many pairs.</summary>
    public required PretrainingOptions Training { get; init; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Training.Scenes != new PretrainingOptions { Steps = 1 }.Scenes)
        {
            yield return new($"'step_preference.training.scenes' is {Training.Scenes}, but no scenes are drawn: it is trained on {Group} pictures of each of {Prompts} prompts. Leave it out.");
        }
    }
}

/// <summary>How thoroughly a step-aware judge is measured.</summary>
public sealed record StepMeasurementRecipe
{
    /// <summary>Held-out prompts.</summary>
    [Range(1, 1_000_000)]
    public int Prompts { get; init; } = 256;

    /// <summary>Pictures of each.</summary>
    [Range(2, 1000)]
    public int Group { get; init; } = 4;

    /// <summary>Noise levels of the predictions that are judged; 0 for the finished pictures.</summary>
    [Range(0, 1)]
    public ValueList<double> Levels { get; init; } = [0, 0.1, 0.3, 0.5, 0.7, 0.8, 0.9];
}
