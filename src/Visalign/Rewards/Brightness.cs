using Visalign.Generators;
using Visalign.Pictures;

namespace Visalign.Rewards;

/// <summary>The mean of all pixels and channels.</summary>
/// <remarks>Easily hacked by a white picture: of use to see that a run climbs, and as a part of a sum.</remarks>
public sealed class Brightness : IReward
{
    /// <inheritdoc/>
    public string Name => "brightness";

    /// <inheritdoc/>
    public RewardScores Score(PictureBatch pictures, IReadOnlyList<Condition> conditions) =>
        Judgment.OfEach(Name, pictures, conditions, index => Measure(pictures[index]));

    /// <summary>The mean of a picture's values.</summary>
    /// <param name="picture">Shape <c>[3, H, W]</c>, in [0, 1].</param>
    /// <returns>In [0, 1]: 0 for black, 1 for white.</returns>
    public static double Measure(ReadOnlySpan<float> picture)
    {
        double sum = 0;
        foreach (float value in picture)
        {
            sum += value;
        }
        return sum / picture.Length;
    }
}
