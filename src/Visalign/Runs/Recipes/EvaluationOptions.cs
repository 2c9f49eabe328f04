using System.ComponentModel.DataAnnotations;

namespace Visalign.Runs.Recipes;

/// <summary>How the run is judged: without noise in the steps, and by the same sampler before and after.</summary>
public sealed record EvaluationOptions
{
    /// <summary>Prompts, one picture each; the same ones every time.</summary>
    [Range(1, 1_000_000)]
    public int Prompts { get; init; } = 1024;

    /// <summary>Denoising steps of each picture.</summary>
    [Range(1, 1000)]
    public int Steps { get; init; } = 16;

    /// <summary>Guidance scales to judge at, each on its own; 1 is off.</summary>
    [Range(0, 100)]
    public ValueList<double> GuidanceScales { get; init; } = [1];
}
