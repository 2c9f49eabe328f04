using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Visalign.Generators;
using Visalign.Pictures;

namespace Visalign.Rewards;

/// <summary>How much failing a run bears.</summary>
public sealed record FailureLimitOptions
{
    /// <summary>Largest share of pictures without a score, in [0, 1]; 0 stops at the first, 1 never.</summary>
    [Range(0.0, 1.0)]
    public double MaxFailureShare { get; init; } = 0.05;

    /// <summary>How many of the last judged pictures the share is taken over.</summary>
    [Range(FailureLimit.SmallestSample, 1_000_000)]
    public int Window { get; init; } = 1000;
}

/// <summary>Lets a reward fail now and then, and stops the run when it fails too often.</summary>
/// <remarks>
/// A failed picture is NaN, which credit leaves out; it is never a zero. Over fewer than
/// <see cref="SmallestSample"/> judged pictures the failures count as a share of that many, so that one failure in a
/// first batch of eight does not end a run and a judge that is down does.
/// </remarks>
public sealed class FailureLimit(IReward reward, FailureLimitOptions options) : IReward
{
    /// <summary>Pictures from which a share is a share.</summary>
    public const int SmallestSample = 100;

    private readonly Queue<bool> _window = new();
    private int _failuresInWindow;

    /// <inheritdoc/>
    public string Name => reward.Name;

    /// <summary>Pictures judged so far, failures included.</summary>
    public long JudgedCount { get; private set; }

    /// <summary>Pictures that got no score so far.</summary>
    public long FailedCount { get; private set; }

    /// <summary>Failures over the last pictures, in [0, 1].</summary>
    public double FailureShare => (double)_failuresInWindow / Math.Max(_window.Count, SmallestSample);

    /// <inheritdoc/>
    /// <exception cref="InputException">The share of failures passed the limit, or the reward gave a wrong number of scores.</exception>
    public RewardScores Score(PictureBatch pictures, IReadOnlyList<Condition> conditions)
    {
        var scores = Judgment.Of(reward, pictures, conditions);
        foreach (double value in scores.Values)
        {
            Count(double.IsNaN(value));
        }

        if (FailureShare > options.MaxFailureShare)
        {
            throw new InputException(string.Create(CultureInfo.InvariantCulture,
                $"reward '{Name}': {_failuresInWindow} of the last {_window.Count} pictures got no score, more than failures.max_failure_share " +
                $"{options.MaxFailureShare} allows; in this batch first: {scores.FirstFailure ?? "none"}. Mend the reward, or raise failures.max_failure_share."));
        }
        return scores;
    }

    private void Count(bool failed)
    {
        JudgedCount++;
        FailedCount += failed ? 1 : 0;
        _window.Enqueue(failed);
        _failuresInWindow += failed ? 1 : 0;
        if (_window.Count > options.Window && _window.Dequeue())
        {
            _failuresInWindow--;
        }
    }
}
