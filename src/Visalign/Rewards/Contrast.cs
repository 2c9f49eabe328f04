using Visalign.Generators;
using Visalign.Pictures;
using Visalign.Torch;

namespace Visalign.Rewards;

/// <summary>RMS contrast, the standard deviation of luminance: in [0, 0.5], 0 for one flat color, 0.5 for a picture half black and half white.</summary>
/// <remarks>
/// Peli, "Contrast in Complex Images", Journal of the Optical Society of America A 7(10), 1990, eq. 4.
/// <code>
/// Y = 0.2126 R + 0.7152 G + 0.0722 B
/// contrast = sqrt(mean((Y - mean(Y))^2))
/// </code>
/// Departures: Y is taken from gamma-coded sRGB values, which follow perceived lightness, with the weights of Rec. 709.
/// </remarks>
public sealed class Contrast : IDifferentiableReward
{
    /// <inheritdoc/>
    public string Name => "contrast";

    /// <inheritdoc/>
    public RewardScores Score(PictureBatch pictures, IReadOnlyList<Condition> conditions) => Judgment.OfPixels(this, pictures, conditions);

    /// <inheritdoc/>
    public Tensor Score(Tensor pixels, IReadOnlyList<Condition> conditions)
    {
        Judgment.Expect(this, pixels, conditions);
        using var scope = Tensor.Scope();
        var channels = pixels.To(DType.Float64).Split(1, 1);                                                // [B, 1, H, W] each
        var luminance = channels[0] * 0.2126 + channels[1] * 0.7152 + channels[2] * 0.0722;
        var difference = luminance - luminance.Mean([1, 2, 3], keepDim: true);
        return scope.Keep(SmoothRoot.Of(difference.Square().Mean([1, 2, 3])));
    }
}
