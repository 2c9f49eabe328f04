using Visalign.Generators;
using Visalign.Pictures;
using Visalign.Torch;

namespace Visalign.Rewards;

/// <summary>How much a picture resembles its mirror image, left for right: 1 for its own mirror image, 0 for a white half beside a black one.</summary>
/// <remarks>
/// <code>symmetry = 1 - mean(|x - mirror(x)|)</code>
/// over all pixels and channels; where two mirrored pixels agree, neither has a gradient. A flat picture is perfectly
/// symmetric, so pair it with a reward that keeps content.
/// </remarks>
public sealed class Symmetry : IDifferentiableReward
{
    /// <inheritdoc/>
    public string Name => "symmetry";

    /// <inheritdoc/>
    public RewardScores Score(PictureBatch pictures, IReadOnlyList<Condition> conditions) => Judgment.OfPixels(this, pictures, conditions);

    /// <inheritdoc/>
    public Tensor Score(Tensor pixels, IReadOnlyList<Condition> conditions)
    {
        Judgment.Expect(this, pixels, conditions);
        using var scope = Tensor.Scope();
        var exact = pixels.To(DType.Float64);
        return scope.Keep(1 - (exact - exact.Flip(3)).Abs().Mean([1, 2, 3]));
    }
}
