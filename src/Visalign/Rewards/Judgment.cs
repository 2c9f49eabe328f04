using System.Globalization;
using Visalign.Generators;
using Visalign.Pictures;
using Visalign.Torch;

namespace Visalign.Rewards;

/// <summary>Holds every reward, a user's own included, to the contract of <see cref="RewardScores"/>.</summary>
public static class Judgment
{
    /// <summary>Bounds the memory of networks that judge.</summary>
    private const int PicturesAtOnce = 128;

    /// <summary>Scores a batch; infinities become failures, and every failure has a reason.</summary>
    /// <exception cref="InputException">The numbers of pictures, conditions and scores differ.</exception>
    public static RewardScores Of(IReward reward, PictureBatch pictures, IReadOnlyList<Condition> conditions)
    {
        ExpectOneConditionEach(reward.Name, pictures.Count, conditions);
        return Settle(reward.Name, reward.Score(pictures, conditions), pictures.Count);
    }

    /// <summary>Scores each picture alone by a function of its values; a picture with a NaN or infinite pixel fails.</summary>
    /// <param name="judge">From the picture's index to its score.</param>
    internal static RewardScores OfEach(
        string name, PictureBatch pictures, IReadOnlyList<Condition> conditions, Func<int, double> judge)
    {
        ExpectOneConditionEach(name, pictures.Count, conditions);

        var values = new double[pictures.Count];                         // [B]
        string? firstFailure = null;
        for (int index = 0; index < values.Length; index++)
        {
            if (AllFinite(pictures[index]))
            {
                values[index] = judge(index);
            }
            else
            {
                values[index] = double.NaN;
                firstFailure ??= $"{name}: picture {index} has pixels that are not finite numbers";
            }
        }
        return Settle(name, new RewardScores(values, firstFailure), pictures.Count);
    }

    /// <summary>Scores pictures by the formula that also has a gradient; a picture with a NaN or infinite pixel fails.</summary>
    internal static RewardScores OfPixels(IDifferentiableReward reward, PictureBatch pictures, IReadOnlyList<Condition> conditions)
    {
        ExpectOneConditionEach(reward.Name, pictures.Count, conditions);

        using var noGradient = Autograd.NoGrad();
        var values = new double[pictures.Count];                         // [B]
        for (int start = 0; start < values.Length; start += PicturesAtOnce)
        {
            using var scope = Tensor.Scope();
            int count = Math.Min(PicturesAtOnce, values.Length - start);
            var data = pictures.Data.AsSpan(start * pictures.PictureLength, count * pictures.PictureLength);
            var pixels = Tensor.From<float>(data, count, 3, pictures.Height, pictures.Width);
            reward.Score(pixels, [.. conditions.Skip(start).Take(count)]).To(DType.Float64).ToArray<double>().CopyTo(values, start);
        }
        return OfEach(reward.Name, pictures, conditions, index => values[index]);
    }

    /// <summary>Refuses pixels that are no pictures, and a number of conditions that is not theirs.</summary>
    internal static void Expect(IReward reward, Tensor pixels, IReadOnlyList<Condition> conditions)
    {
        Torch.Expect.Shape(pixels, "B 3 H W");
        ExpectOneConditionEach(reward.Name, pixels.Size(0), conditions);
    }

    internal static RewardScores Settle(string name, RewardScores scores, int pictureCount)
    {
        if (scores.Values.Length != pictureCount)
        {
            throw new InputException(
                $"reward '{name}': found {scores.Values.Length} scores for {pictureCount} pictures, expected one for each. " +
                "Return NaN for a picture that cannot be judged.");
        }

        int first = Array.FindIndex(scores.Values, value => !double.IsFinite(value));
        if (first < 0)
        {
            return scores with { FirstFailure = null };
        }

        string found = scores.Values[first].ToString(CultureInfo.InvariantCulture);
        var values = Array.ConvertAll(scores.Values, value => double.IsFinite(value) ? value : double.NaN);
        return new RewardScores(values, scores.FirstFailure ?? $"{name}: picture {first} got {found}, expected a finite number");
    }

    private static void ExpectOneConditionEach(string name, long pictureCount, IReadOnlyList<Condition> conditions)
    {
        if (conditions.Count != pictureCount)
        {
            throw new InputException(
                $"reward '{name}': found {conditions.Count} conditions for {pictureCount} pictures, expected one for each.");
        }
    }

    private static bool AllFinite(ReadOnlySpan<float> picture)
    {
        foreach (float value in picture)
        {
            if (!float.IsFinite(value))
            {
                return false;
            }
        }
        return true;
    }
}
