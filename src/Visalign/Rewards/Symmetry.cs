using Visalign.Generators;
using Visalign.Pictures;

namespace Visalign.Rewards;

/// <summary>How much a picture resembles its mirror image, left for right.</summary>
/// <remarks>
/// <code>symmetry = 1 - mean(|x - mirror(x)|)</code>
/// over all pixels and channels. A flat picture is perfectly symmetric, so pair it with a reward that keeps content.
/// </remarks>
public sealed class Symmetry : IReward
{
    /// <inheritdoc/>
    public string Name => "symmetry";

    /// <inheritdoc/>
    public RewardScores Score(PictureBatch pictures, IReadOnlyList<Condition> conditions) =>
        Judgment.OfEach(Name, pictures, conditions, index => Measure(pictures[index], pictures.Width));

    /// <summary>Mirror similarity of one picture.</summary>
    /// <param name="picture">Shape <c>[3, H, W]</c>, in [0, 1].</param>
    /// <param name="width">W, in pixels.</param>
    /// <returns>In [0, 1]: 1 for a picture that is its own mirror image, 0 for a white half beside a black one.</returns>
    public static double Measure(ReadOnlySpan<float> picture, int width)
    {
        double sum = 0;
        for (int row = 0; row < picture.Length; row += width)
        {
            for (int x = 0; x < width; x++)
            {
                sum += Math.Abs((double)picture[row + x] - picture[row + width - 1 - x]);
            }
        }
        return 1 - sum / picture.Length;
    }
}
