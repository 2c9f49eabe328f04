using Visalign.Pictures;
using Visalign.Rewards;
using Visalign.Tests.Pictures;

namespace Visalign.Tests.Rewards;

public sealed class FailureLimitTests
{
    [Fact]
    public void A_failure_within_the_limit_is_NaN_and_counted()
    {
        var limit = Limit(failing: [true], maxFailureShare: 0.05);

        var scores = limit.Score(Pictures(8), SamplePictures.Prompts(8));

        Assert.Equal(1, scores.Values.Count(double.IsNaN));
        Assert.Equal((8, 1), (limit.JudgedCount, limit.FailedCount));
        Assert.Equal(0.01, limit.FailureShare); // 1 of the smallest sample, 100
    }

    [Fact]
    public void A_judge_that_is_down_stops_the_run_at_once_with_its_reason()
    {
        var limit = new FailureLimit(new DownReward(), new FailureLimitOptions());

        var error = Assert.Throws<InputException>(() => limit.Score(Pictures(8), SamplePictures.Prompts(8)));

        Assert.Contains("reward 'down': 8 of the last 8 pictures got no score, more than failures.max_failure_share 0.05", error.Message);
        Assert.Contains("no answer", error.Message);
    }

    [Fact]
    public void A_limit_of_zero_stops_at_the_first_failure() =>
        Assert.Throws<InputException>(() => Limit(failing: [true], maxFailureShare: 0).Score(Pictures(8), SamplePictures.Prompts(8)));

    [Fact]
    public void A_limit_of_one_never_stops()
    {
        var limit = new FailureLimit(new DownReward(), new FailureLimitOptions { MaxFailureShare = 1 });

        for (int batch = 0; batch < 20; batch++)
        {
            limit.Score(Pictures(10), SamplePictures.Prompts(10));
        }

        Assert.Equal(1, limit.FailureShare);
    }

    [Fact] // Five failures stay in a window of 100 for ten batches of ten; then a second five would be a tenth without sliding.
    public void Old_failures_leave_the_window()
    {
        bool[] failing = [true, true, true, true, true];
        bool fail = true;
        var reward = new DelegateReward("flaky", (pictures, _) =>
            [.. Enumerable.Range(0, pictures.Count).Select(index => fail && index < failing.Length ? double.NaN : 1.0)]);
        var limit = new FailureLimit(reward, new FailureLimitOptions { Window = 100 });

        limit.Score(Pictures(10), SamplePictures.Prompts(10));
        fail = false;
        for (int batch = 0; batch < 9; batch++)
        {
            limit.Score(Pictures(10), SamplePictures.Prompts(10));
        }
        double before = limit.FailureShare;
        limit.Score(Pictures(10), SamplePictures.Prompts(10));
        double after = limit.FailureShare;
        fail = true;
        limit.Score(Pictures(10), SamplePictures.Prompts(10));

        Assert.Equal(0.05, before);
        Assert.Equal(0, after);
        Assert.Equal(0.05, limit.FailureShare);
        Assert.Equal((120, 10), (limit.JudgedCount, limit.FailedCount));
    }

    [Fact]
    public void A_share_just_past_the_limit_stops_a_long_run()
    {
        var limit = Limit(failing: [true, true, true], maxFailureShare: 0.05); // 3 of 50 is 6 %

        var error = Record.Exception(() =>
        {
            for (int batch = 0; batch < 3; batch++)
            {
                limit.Score(Pictures(50), SamplePictures.Prompts(50));
            }
        });

        Assert.IsType<InputException>(error);
        Assert.Equal(100, limit.JudgedCount); // 3 of 100 pass after the first batch, 6 of 100 do not
    }

    private static PictureBatch Pictures(int count) => SamplePictures.Filled(count, height: 1, width: 1, value: 0.5f);

    private static FailureLimit Limit(bool[] failing, double maxFailureShare)
    {
        var reward = new DelegateReward("flaky", (pictures, _) =>
            [.. Enumerable.Range(0, pictures.Count).Select(index => index < failing.Length && failing[index] ? double.NaN : 1.0)]);
        return new FailureLimit(reward, new FailureLimitOptions { MaxFailureShare = maxFailureShare });
    }

    private sealed class DownReward : IReward
    {
        public string Name => "down";

        public RewardScores Score(PictureBatch pictures, IReadOnlyList<Visalign.Generators.Condition> conditions) =>
            RewardScores.AllFailed(pictures.Count, "no answer");
    }
}
