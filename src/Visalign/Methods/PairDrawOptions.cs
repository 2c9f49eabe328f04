using System.ComponentModel.DataAnnotations;
using Visalign.Generators;

namespace Visalign.Methods;

/// <summary>In which of its predictions a network's errors are measured; each weighs noise levels in its own way.</summary>
public enum ErrorMeasure
{
    /// <summary>The one the network was trained with.</summary>
    Own,
    /// <summary>The noise.</summary>
    Epsilon,
    /// <summary>v of the variance-preserving path: epsilon errors over the signal's power.</summary>
    V,
    /// <summary>The velocity of the flow path: epsilon errors over the square of the signal's share.</summary>
    Velocity,
}

/// <summary>How the pairs of an update are noised.</summary>
public sealed record PairDrawOptions
{
    /// <summary>Draws of a timestep and of noise for each pair in an update, whose gradients are averaged; papers take 1 and thousands of pairs.</summary>
    [Range(1, 10_000)]
    public int Count { get; init; } = 1;

    /// <summary>Share of draws in which a pair is trained without its prompt, so that guidance keeps working; 0.2 in Diffusion-DPO, 0 for distilled models.</summary>
    [Range(0, 1)]
    public double PromptDrop { get; init; } = 0.2;

    /// <summary>Which timesteps are drawn.</summary>
    public TimestepLaw Timesteps { get; init; } = TimestepLaw.Uniform;

    /// <summary>What the errors are errors of.</summary>
    public ErrorMeasure Error { get; init; } = ErrorMeasure.Own;
}
