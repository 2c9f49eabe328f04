using Visalign.Pictures;
using Visalign.Rewards;
using Visalign.Tests.Pictures;

namespace Visalign.Tests.Rewards;

public sealed class RewardSumTests
{
    private static readonly PictureBatch Pictures = SamplePictures.Random(seed: 1, count: 3, height: 2, width: 2);

    [Fact] // 2 · (1, 2, 3) - 0.5 · (4, 0, 2) = (0, 4, 5)
    public void The_total_is_the_weighted_sum_and_parts_keep_their_own_scores()
    {
        var sum = new RewardSum(new WeightedReward(Fixed("a", 1, 2, 3), 2), new WeightedReward(Fixed("b", 4, 0, 2), -0.5));

        var scores = sum.Score(Pictures, SamplePictures.Prompts(3));

        Assert.Equal([0, 4, 5], scores.Total.Values);
        Assert.Equal(["a", "b"], scores.Parts.Select(part => part.Name));
        Assert.Equal([1, 2, 3], scores.Parts[0].Scores.Values);
        Assert.Equal([4, 0, 2], scores.Parts[1].Scores.Values);
        Assert.Null(scores.Total.FirstFailure);
    }

    [Fact]
    public void A_picture_that_one_part_failed_has_no_total()
    {
        var sum = new RewardSum(new WeightedReward(Fixed("a", 1, 2, 3), 1), new WeightedReward(Fixed("b", 1, double.NaN, 1), 0));

        var scores = sum.Score(Pictures, SamplePictures.Prompts(3));

        Assert.Equal([1, double.NaN, 3], scores.Total.Values);
        Assert.Equal("b: picture 1 got NaN, expected a finite number", scores.Total.FirstFailure);
        Assert.Equal(0, scores.Parts[0].Scores.FailureShare);
    }

    [Fact]
    public void Two_rewards_of_one_name_are_refused()
    {
        var error = Assert.Throws<InputException>(
            () => new RewardSum(new WeightedReward(Fixed("a"), 1), new WeightedReward(Fixed("a"), 2)));

        Assert.Contains("'a' is there twice", error.Message);
    }

    [Fact]
    public void A_weight_that_is_not_a_number_is_refused() =>
        Assert.Throws<InputException>(() => new RewardSum(new WeightedReward(Fixed("a"), double.NaN)));

    [Fact]
    public void A_sum_of_nothing_is_refused() => Assert.Throws<InputException>(() => new RewardSum());

    [Fact]
    public void A_wrong_number_of_scores_stops_the_run_with_the_rewards_name()
    {
        var sum = new RewardSum(new WeightedReward(Fixed("short", 1, 2), 1));

        var error = Assert.Throws<InputException>(() => sum.Score(Pictures, SamplePictures.Prompts(3)));

        Assert.Contains("reward 'short': found 2 scores for 3 pictures", error.Message);
    }

    [Fact]
    public void An_infinite_score_is_a_failure_with_a_reason()
    {
        var scores = Fixed("a", 1, double.PositiveInfinity, 3).Score(Pictures, SamplePictures.Prompts(3));

        Assert.Equal([1, double.NaN, 3], scores.Values);
        Assert.Equal("a: picture 1 got Infinity, expected a finite number", scores.FirstFailure);
    }

    [Fact]
    public void A_wrong_number_of_conditions_is_refused()
    {
        var error = Assert.Throws<InputException>(() => new Brightness().Score(Pictures, SamplePictures.Prompts(2)));

        Assert.Contains("found 2 conditions for 3 pictures", error.Message);
    }

    private static DelegateReward Fixed(string name, params double[] scores) => new(name, (_, _) => scores);
}
