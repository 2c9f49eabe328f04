using Visalign.Preferences;
using Visalign.Torch;

namespace Visalign.Methods;

/// <summary>Fine-tuning on winners: the baseline of every method that learns from pairs.</summary>
/// <remarks>
/// The denoising error of the better picture of each pair, under the same draws of timesteps and noise as the compared method's:
/// the same pairs and optimizer steps, no loser, no reference (supervised fine-tuning in Wallace et al., arXiv 2311.12908,
/// section 5.1). Departures: none.
/// </remarks>
public sealed record WinnerTuning : IMethod
{
    /// <summary>Where the pairs come from.</summary>
    public PairOptions Pairs { get; init; } = new();

    /// <summary>How they are noised.</summary>
    public PairDrawOptions Draws { get; init; } = new();

    bool IMethod.LearnsFromRewards => Pairs.Folder is null;

    IReadOnlyList<MetricKind> IMethod.Metrics => [new("error/", "Denoising error of winners", "Falls, then flattens.")];

    /// <inheritdoc/>
    public Assembly Assemble(AssemblyContext context) => new PairTraining(context, Pairs, Draws).Assemble("denoising", (noised, statistics) =>
    {
        using var scope = Tensor.Scope();
        var errors = noised.Winners.Errors(context.Noise, context.Policy);                                 // [P]
        statistics.Mean("error/winner", errors.Mean().Item(), noised.Count);
        return scope.Keep(errors.Sum());
    });
}
