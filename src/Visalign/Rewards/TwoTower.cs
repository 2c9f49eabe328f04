using Visalign.Generators;
using Visalign.Pictures;
using Visalign.Records;
using Visalign.Torch;

namespace Visalign.Rewards;

/// <summary>Options of <see cref="TwoTower"/>.</summary>
public sealed record TwoTowerOptions : IRewardOptions
{
    /// <inheritdoc/>
    public double Weight { get; init; } = 1;

    /// <summary>The two-tower model: a shipped name, or a folder in the layout of CLIPModel.</summary>
    [InputPath]
    public string Model { get; init; } = "shapes32-clip";

    /// <summary>The name in metrics; needed when a recipe has two of them.</summary>
    public string Label { get; init; } = "two-tower";
}

/// <summary>How near a picture and its prompt lie in the space of a CLIP-like model: the cosine of their embeddings, in [-1, 1].</summary>
/// <remarks>
/// The bare cosine, as reward code takes it (PickScore's is the same times <c>exp(logit_scale)</c>; multiply by the weight). The
/// shipped model was trained by this program on the embedded world; it has never seen the exact checker and can be gamed,
/// which its card measures.
/// </remarks>
public sealed class TwoTower(TwoTowerOptions options) : IDifferentiableReward, IDisposable
{
    /// <summary>What it judges by.</summary>
    internal TwoTowerModel Model { get; } = TwoTowerModel.Load(options.Model);

    /// <inheritdoc/>
    public string Name => options.Label;

    /// <inheritdoc/>
    public RewardScores Score(PictureBatch pictures, IReadOnlyList<Condition> conditions) => Judgment.OfPixels(this, pictures, conditions);

    /// <inheritdoc/>
    public Tensor Score(Tensor pixels, IReadOnlyList<Condition> conditions)
    {
        Judgment.Expect(this, pixels, conditions);
        using var scope = Tensor.Scope();
        return scope.Keep((Model.Embed(pixels) * Model.Embed([.. conditions.Select(condition => condition.Prompt)])).Sum([1]));
    }

    /// <inheritdoc/>
    public void Dispose() => Model.Dispose();
}
