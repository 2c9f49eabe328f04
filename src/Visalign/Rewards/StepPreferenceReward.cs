using Visalign.Generators;
using Visalign.Networks;
using Visalign.Pictures;
using Visalign.Records;
using Visalign.Torch;

namespace Visalign.Rewards;

/// <summary>Options of <see cref="StepPreferenceReward"/>.</summary>
public sealed record StepPreferenceOptions : IRewardOptions
{
    /// <inheritdoc/>
    public double Weight { get; init; } = 1;

    /// <summary>The step-aware preference model: a shipped name, or a folder.</summary>
    [InputPath]
    public string Model { get; init; } = "shapes32-spm";
}

/// <summary>The step-aware preference model of SPO: which of several noisy samples of a prompt will please more.</summary>
/// <remarks>
/// Liang et al., arXiv 2406.04314: <c>exp(logit_scale) · cosine</c> of prompt and one-step prediction, by a picture tower that is
/// told the noise level (<see cref="StepPreference"/>); of a finished picture, none.
/// Departures: it is told 1,000 times the flow's noise level, as the shipped one was trained, not a diffusion's timestep. Of two siblings' scores, the softmax is the probability that the first is preferred.
/// </remarks>
/// <param name="model">A shipped name, or a folder.</param>
public sealed class StepPreferenceReward(string model) : IStepReward, IDifferentiableReward, IDisposable
{
    private readonly TwoTowerModel _model = TwoTowerModel.Load(model, StepPreference.Kind);

    /// <inheritdoc/>
    public string Name => "step-preference";

    /// <inheritdoc/>
    public RewardScores Score(PictureBatch pictures, IReadOnlyList<Condition> conditions) => Judgment.OfPixels(this, pictures, conditions);

    /// <inheritdoc/>
    public Tensor Score(Tensor pixels, IReadOnlyList<Condition> conditions) => Score(pixels, conditions, noiseLevel: 0);

    /// <inheritdoc/>
    public Tensor Score(Tensor pixels, IReadOnlyList<Condition> conditions, double noiseLevel)
    {
        Judgment.Expect(this, pixels, conditions);
        using var scope = Tensor.Scope();
        var timesteps = Tensor.Full([pixels.Size(0)], 1000 * noiseLevel);
        var pictures = ClipModel.Normalize(StepPreference.PictureFeatures(_model.Weights, _model.Config.Vision, _model.Prepare(pixels), timesteps));
        var texts = _model.Embed([.. conditions.Select(condition => condition.Prompt)]);
        return scope.Keep((pictures * texts).Sum([1]) * ClipModel.Scale(_model.Weights));
    }

    /// <inheritdoc/>
    public void Dispose() => _model.Dispose();
}
