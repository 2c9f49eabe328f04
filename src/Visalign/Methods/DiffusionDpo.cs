using System.ComponentModel.DataAnnotations;
using Visalign.Objectives;
using Visalign.Preferences;
using Visalign.Torch;

namespace Visalign.Methods;

/// <summary>Diffusion-DPO: the denoising error falls on winners more than on losers, relative to the base.</summary>
/// <remarks>
/// Wallace et al., "Diffusion Model Alignment Using Direct Preference Optimization", arXiv 2311.12908, equation 14, and the
/// authors' code, with the loss of <see cref="PreferenceLink"/> over errors at one timestep and noise that a pair shares:
/// <code>L = mean over pairs of -ln σ(κ ((e_base^w - e_base^l) - (e^w - e^l)))</code>
/// The pairs are those of a folder, or the best and the worst of each group of samples of the base. Networks that predict
/// something else than noise are measured in that, which weighs timesteps otherwise; <c>draws.error</c> chooses.
/// Departures: pictures are not mirrored at random; a folder's pictures have the model's size already.
/// </remarks>
public sealed record DiffusionDpo : IMethod
{
    /// <summary>beta: how steep the loss is in the errors, and so how soon it is content with a distance from the base.</summary>
    [Range(0, 1e9, MinimumIsExclusive = true)]
    public double Beta { get; init; } = 5000;

    /// <summary>How beta becomes the slope.</summary>
    public SlopeConvention Slope { get; init; } = SlopeConvention.HalfMean;

    /// <summary>What the loss makes of a margin.</summary>
    public PreferenceLinkForm Link { get; init; } = PreferenceLinkForm.Sigmoid;

    /// <summary>Where the pairs come from.</summary>
    public PairOptions Pairs { get; init; } = new();

    /// <summary>How they are noised.</summary>
    public PairDrawOptions Draws { get; init; } = new();

    bool IMethod.LearnsFromRewards => Pairs.Folder is null;

    /// <inheritdoc/>
    public Assembly Assemble(AssemblyContext context)
    {
        double slope = PreferenceLink.Slope(Beta, Slope);
        return new PairTraining(context, Pairs, Draws).Assemble("preference", (noised, statistics) => Loss(context, noised, slope, statistics), PreferenceLink.AtRest(slope, Link));
    }

    IReadOnlyList<MetricKind> IMethod.Metrics =>
    [
        new("rise/", "Rise of the winners' denoising error over the base's", "Above 0 the policy denoises even winners worse than its base, the usual way in which this method fails."),
        new("error/", "Denoising errors of winners and losers", "The losers' rises; the winners' should not."),
        new("preference/", "Pairs told right", "The share whose winner the policy has come closer to than the loser; begins around one half.", IsShare: true),
        new("margin/", "Margin between winner and loser", "In units of the loss; where its size grows beyond a few, most pairs no longer pull."),
    ];

    TuningBaseline IMethod.Baseline => new("winner-tuning", "fine-tuning on winners", new WinnerTuning { Pairs = Pairs, Draws = Draws });

    private Tensor Loss(AssemblyContext context, NoisedPairs noised, double slope, UpdateStatistics statistics)
    {
        using var scope = Tensor.Scope();
        var policy = PairErrors.Halves(noised.Errors(context.Noise, context.Policy));
        PairErrors reference;
        using (Autograd.NoGrad()) reference = PairErrors.Halves(noised.Errors(context.Noise, context.Generator.Base));
        var margin = PreferenceLink.Margin(policy, reference);                                             // [P]

        float[] margins = margin.Detach().ToArray<float>();
        statistics.Mean("margin/mean", slope * margins.Average(), margins.Length);
        statistics.Mean("margin/size", slope * margins.Average(Math.Abs), margins.Length);
        statistics.Mean("preference/accuracy", PreferenceLink.Accuracy(margins), margins.Length);
        statistics.Mean("error/winner", policy.Winner.Mean().Item(), margins.Length);
        statistics.Mean("error/loser", policy.Loser.Mean().Item(), margins.Length);
        // Above 0 the policy denoises even winners worse than its base: the usual way in which this method fails.
        statistics.Mean("rise/winner", (policy.Winner - reference.Winner).Mean().Item(), margins.Length);

        var certainties = Tensor.From([.. noised.Certainties.Select(certainty => (float)certainty)], noised.Count);
        return scope.Keep(PreferenceLink.PerPair(margin, certainties, slope, Link).Sum());
    }
}
