using Visalign.Generators;
using Visalign.Pictures;
using Visalign.Torch;

namespace Visalign.Rewards;

/// <summary>How colorful people find a picture, from the spread and the mean of its two opponent colors; in [0, 1.17], 0 for gray.</summary>
/// <remarks>
/// Hasler and Suesstrunk, "Measuring Colourfulness in Natural Images", Human Vision and Electronic Imaging 2003, the
/// measure M3 (their eq. for M^(3)), population deviations.
/// <code>
/// rg = R - G,  yb = (R + G) / 2 - B
/// M3 = sqrt(std(rg)^2 + std(yb)^2) + 0.3 sqrt(mean(rg)^2 + mean(yb)^2)
/// </code>
/// Departures: channels in [0, 1] instead of 0 to 255. Times 255 it is on the paper's scale, where 15 is called
/// slightly colorful (here 0.06), 59 quite colorful (0.23) and 109 extremely colorful (0.43).
/// </remarks>
public sealed class Colorfulness : IDifferentiableReward
{
    /// <inheritdoc/>
    public string Name => "colorfulness";

    /// <inheritdoc/>
    public RewardScores Score(PictureBatch pictures, IReadOnlyList<Condition> conditions) => Judgment.OfPixels(this, pictures, conditions);

    /// <inheritdoc/>
    public Tensor Score(Tensor pixels, IReadOnlyList<Condition> conditions)
    {
        Judgment.Expect(this, pixels, conditions);
        using var scope = Tensor.Scope();
        var channels = pixels.To(DType.Float64).Split(1, 1);                                                // [B, 1, H, W] each
        var (red, green, blue) = (channels[0], channels[1], channels[2]);
        var opponents = Tensor.Cat([red - green, (red + green) * 0.5 - blue], 1);                           // [B, 2, H, W]
        var means = opponents.Mean([2, 3], keepDim: true);                                                  // [B, 2, 1, 1]
        // Around the means: the sum of squares minus a square would lose digits.
        var variance = (opponents - means).Square().Mean([2, 3]).Sum([1]);                                  // [B]
        return scope.Keep(SmoothRoot.Of(variance) + SmoothRoot.Of(means.Square().Sum([1, 2, 3])) * 0.3);
    }
}
