using Visalign.Generators;
using Visalign.Pictures;

namespace Visalign.Rewards;

/// <summary>RMS contrast: the standard deviation of luminance over a picture.</summary>
/// <remarks>
/// Peli, "Contrast in Complex Images", Journal of the Optical Society of America A 7(10), 1990, eq. 4.
/// <code>
/// Y = 0.2126 R + 0.7152 G + 0.0722 B
/// contrast = sqrt(mean((Y - mean(Y))^2))
/// </code>
/// Departures: Y is taken from gamma-coded sRGB values, which follow perceived lightness, with the weights of Rec. 709.
/// </remarks>
public sealed class Contrast : IReward
{
    /// <inheritdoc/>
    public string Name => "contrast";

    /// <inheritdoc/>
    public RewardScores Score(PictureBatch pictures, IReadOnlyList<Condition> conditions) =>
        Judgment.OfEach(Name, pictures, conditions, index => Measure(pictures[index]));

    /// <summary>RMS contrast of one picture.</summary>
    /// <param name="picture">Shape <c>[3, H, W]</c>, in [0, 1].</param>
    /// <returns>In [0, 0.5]: 0 for one flat color, 0.5 for a picture half black and half white.</returns>
    public static double Measure(ReadOnlySpan<float> picture)
    {
        int pixelCount = picture.Length / 3;
        double mean = 0;
        for (int pixel = 0; pixel < pixelCount; pixel++)
        {
            mean += Luminance(picture, pixel, pixelCount) / pixelCount;
        }

        double variance = 0;
        for (int pixel = 0; pixel < pixelCount; pixel++)
        {
            double difference = Luminance(picture, pixel, pixelCount) - mean;
            variance += difference * difference / pixelCount;
        }
        return Math.Sqrt(variance);
    }

    private static double Luminance(ReadOnlySpan<float> picture, int pixel, int pixelCount) =>
        0.2126 * picture[pixel] + 0.7152 * picture[pixelCount + pixel] + 0.0722 * picture[2 * pixelCount + pixel];
}
