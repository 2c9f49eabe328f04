using Visalign.Generators;
using Visalign.Pictures;

namespace Visalign.Rewards;

/// <summary>How colorful people find a picture, from the spread and the mean of its two opponent colors.</summary>
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
public sealed class Colorfulness : IReward
{
    /// <inheritdoc/>
    public string Name => "colorfulness";

    /// <inheritdoc/>
    public RewardScores Score(PictureBatch pictures, IReadOnlyList<Condition> conditions) =>
        Judgment.OfEach(Name, pictures, conditions, index => Measure(pictures[index]));

    /// <summary>M3 of one picture.</summary>
    /// <param name="picture">Shape <c>[3, H, W]</c>, in [0, 1].</param>
    /// <returns>In [0, 1.17]: 0 for gray pictures.</returns>
    public static double Measure(ReadOnlySpan<float> picture)
    {
        int pixelCount = picture.Length / 3;
        double meanRedGreen = 0;
        double meanYellowBlue = 0;
        for (int pixel = 0; pixel < pixelCount; pixel++)
        {
            var (redGreen, yellowBlue) = Opponents(picture, pixel, pixelCount);
            meanRedGreen += redGreen / pixelCount;
            meanYellowBlue += yellowBlue / pixelCount;
        }

        double variance = 0; // of both, around their means: the sum of squares minus a square would lose digits
        for (int pixel = 0; pixel < pixelCount; pixel++)
        {
            var (redGreen, yellowBlue) = Opponents(picture, pixel, pixelCount);
            variance += (Square(redGreen - meanRedGreen) + Square(yellowBlue - meanYellowBlue)) / pixelCount;
        }
        return Math.Sqrt(variance) + 0.3 * Math.Sqrt(Square(meanRedGreen) + Square(meanYellowBlue));
    }

    private static (double RedGreen, double YellowBlue) Opponents(ReadOnlySpan<float> picture, int pixel, int pixelCount)
    {
        double red = picture[pixel];
        double green = picture[pixelCount + pixel];
        double blue = picture[2 * pixelCount + pixel];
        return (red - green, (red + green) / 2 - blue);
    }

    private static double Square(double value) => value * value;
}
