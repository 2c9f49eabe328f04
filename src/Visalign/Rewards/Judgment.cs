using System.Globalization;
using Visalign.Generators;
using Visalign.Pictures;

namespace Visalign.Rewards;

/// <summary>Holds every reward, a user's own included, to the contract of <see cref="RewardScores"/>.</summary>
public static class Judgment
{
    /// <summary>Scores a batch; infinities become failures, and every failure has a reason.</summary>
    /// <exception cref="InputException">The numbers of pictures, conditions and scores differ.</exception>
    public static RewardScores Of(IReward reward, PictureBatch pictures, IReadOnlyList<Condition> conditions)
    {
        ExpectOneConditionEach(reward.Name, pictures, conditions);
        return Settle(reward.Name, reward.Score(pictures, conditions), pictures.Count);
    }

    /// <summary>Scores each picture alone by a function of its values; a picture with a NaN or infinite pixel fails.</summary>
    /// <param name="judge">From the picture's index to its score.</param>
    internal static RewardScores OfEach(
        string name, PictureBatch pictures, IReadOnlyList<Condition> conditions, Func<int, double> judge)
    {
        ExpectOneConditionEach(name, pictures, conditions);

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

    private static void ExpectOneConditionEach(string name, PictureBatch pictures, IReadOnlyList<Condition> conditions)
    {
        if (conditions.Count != pictures.Count)
        {
            throw new InputException(
                $"reward '{name}': found {conditions.Count} conditions for {pictures.Count} pictures, expected one for each.");
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
