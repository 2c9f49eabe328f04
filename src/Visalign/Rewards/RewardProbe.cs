using Visalign.Generators;
using Visalign.Pictures;

namespace Visalign.Rewards;

/// <summary>What makes a reward useless for training.</summary>
public enum RewardFault
{
    /// <summary>Some picture got no score.</summary>
    Failed,

    /// <summary>No picture got a score.</summary>
    Silent,

    /// <summary>All pictures got the same score.</summary>
    Constant,

    /// <summary>No picture's score changed when the picture was inverted and when it was blurred.</summary>
    Unmoved,
}

/// <summary>One thing found wrong with a reward.</summary>
/// <param name="Fault">What kind of thing.</param>
/// <param name="Sentence">What was found and what to look at, for people.</param>
public sealed record RewardRemark(RewardFault Fault, string Sentence);

/// <summary>Tries a reward on a few pictures before a run depends on it.</summary>
public static class RewardProbe
{
    /// <summary>Scores pictures and variants of them: every score finite, not all equal, and moving when the picture moves.</summary>
    /// <param name="pictures">B pictures of different content, B at least 2; 8 to 32 tell enough.</param>
    /// <param name="conditions">B conditions, one for each picture.</param>
    /// <returns>What is wrong; empty when nothing is.</returns>
    /// <exception cref="InputException">Fewer than two pictures, or the reward gave a wrong number of scores.</exception>
    public static IReadOnlyList<RewardRemark> Check(IReward reward, PictureBatch pictures, IReadOnlyList<Condition> conditions)
    {
        if (pictures.Count < 2)
        {
            throw new InputException($"probe of reward '{reward.Name}': found {pictures.Count} pictures, expected at least 2.");
        }

        var remarks = new List<RewardRemark>();
        var scores = Judgment.Of(reward, pictures, conditions);
        if (scores.FirstFailure is not null)
        {
            int failedCount = scores.Values.Count(double.IsNaN);
            remarks.Add(new(failedCount == pictures.Count ? RewardFault.Silent : RewardFault.Failed,
                $"reward '{reward.Name}' gave no score to {failedCount} of {pictures.Count} probe pictures; first: {scores.FirstFailure}."));
        }

        var finite = scores.Values.Where(double.IsFinite).ToArray();
        if (finite.Length >= 2 && finite.Distinct().Count() == 1)
        {
            remarks.Add(new(RewardFault.Constant,
                $"reward '{reward.Name}' gave {finite[0]:R} to all {finite.Length} probe pictures, so nothing can be learned from it. " +
                "Look at its options, and at whether it reads the pictures."));
        }

        if (finite.Length > 0 && !Moves(reward, pictures, conditions, scores.Values))
        {
            remarks.Add(new(RewardFault.Unmoved,
                $"reward '{reward.Name}' scored every probe picture, its negative and its blurred copy alike, so it does not depend on the picture. " +
                "Look at whether it reads the pictures of this batch."));
        }
        return remarks;
    }

    private static bool Moves(IReward reward, PictureBatch pictures, IReadOnlyList<Condition> conditions, double[] scores) =>
        Differs(scores, Judgment.Of(reward, Inverted(pictures), conditions).Values) ||
        Differs(scores, Judgment.Of(reward, Blurred(pictures), conditions).Values);

    private static bool Differs(double[] scores, double[] others) =>
        scores.Zip(others).Any(pair => double.IsFinite(pair.First) && double.IsFinite(pair.Second) && pair.First != pair.Second);

    private static PictureBatch Inverted(PictureBatch pictures) =>
        pictures with { Data = Array.ConvertAll(pictures.Data, value => 1 - value) };

    /// <summary>The mean over each pixel's 3x3 neighborhood, cut at the border.</summary>
    private static PictureBatch Blurred(PictureBatch pictures)
    {
        var (height, width) = (pictures.Height, pictures.Width);
        var data = new float[pictures.Data.Length];                      // [B, 3, H, W]
        for (int plane = 0; plane < data.Length; plane += height * width)
        {
            for (int y = 0; y < height; y++)
            {
                for (int x = 0; x < width; x++)
                {
                    data[plane + y * width + x] = NeighborhoodMean(pictures.Data.AsSpan(plane, height * width), width, y, x);
                }
            }
        }
        return pictures with { Data = data };
    }

    private static float NeighborhoodMean(ReadOnlySpan<float> plane, int width, int y, int x)
    {
        int height = plane.Length / width;
        float sum = 0;
        int count = 0;
        for (int row = Math.Max(0, y - 1); row <= Math.Min(height - 1, y + 1); row++)
        {
            for (int column = Math.Max(0, x - 1); column <= Math.Min(width - 1, x + 1); column++)
            {
                sum += plane[row * width + column];
                count++;
            }
        }
        return sum / count;
    }
}
