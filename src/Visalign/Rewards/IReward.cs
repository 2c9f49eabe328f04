using Visalign.Generators;
using Visalign.Pictures;

namespace Visalign.Rewards;

/// <summary>Judges pictures: one number each, higher is better.</summary>
public interface IReward
{
    /// <summary>The name it has in recipes and metrics.</summary>
    string Name { get; }

    /// <summary>Scores a batch of pictures against what was asked.</summary>
    /// <param name="pictures">B pictures.</param>
    /// <param name="conditions">B conditions, one for each picture.</param>
    RewardScores Score(PictureBatch pictures, IReadOnlyList<Condition> conditions);
}

/// <summary>What a reward said about a batch.</summary>
/// <param name="Values">B numbers; <see cref="double.NaN"/> exactly where the judge failed, finite elsewhere.</param>
/// <param name="FirstFailure">Why the first failed picture failed, or null when none did.</param>
public sealed record RewardScores(double[] Values, string? FirstFailure = null)
{
    /// <summary>Share of pictures without a score, in [0, 1].</summary>
    public double FailureShare => Values.Length == 0 ? 0 : (double)Values.Count(double.IsNaN) / Values.Length;

    /// <summary>No picture got a score, for one reason: the judge did not answer, say.</summary>
    public static RewardScores AllFailed(int count, string reason)
    {
        var values = new double[count];
        Array.Fill(values, double.NaN);
        return new RewardScores(values, reason);
    }
}
