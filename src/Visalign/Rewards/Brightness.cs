using Visalign.Generators;
using Visalign.Pictures;
using Visalign.Torch;

namespace Visalign.Rewards;

/// <summary>The mean of all pixels and channels: 0 for black, 1 for white.</summary>
/// <remarks>Easily hacked by a white picture: of use to see that a run climbs, and as a part of a sum.</remarks>
public sealed class Brightness : IDifferentiableReward
{
    /// <inheritdoc/>
    public string Name => "brightness";

    /// <inheritdoc/>
    public RewardScores Score(PictureBatch pictures, IReadOnlyList<Condition> conditions) => Judgment.OfPixels(this, pictures, conditions);

    /// <inheritdoc/>
    public Tensor Score(Tensor pixels, IReadOnlyList<Condition> conditions)
    {
        Judgment.Expect(this, pixels, conditions);
        using var scope = Tensor.Scope();
        return scope.Keep(pixels.To(DType.Float64).Mean([1, 2, 3]));
    }
}
