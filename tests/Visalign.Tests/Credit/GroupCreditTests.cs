using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Visalign.Credit;

namespace Visalign.Tests.Credit;

[Properties(Arbitrary = [typeof(GroupCreditTests)])]
public sealed class GroupCreditTests
{
    /// <summary>Rewards of a few groups whose samples are scattered over the batch.</summary>
    public sealed record Scored(double[] Rewards, long[] Groups);

    public static Arbitrary<Scored> AnyScored() =>
        (from count in Gen.Choose(2, 40)
         from rewards in Gen.Choose(-1000, 1000).Select(number => number / 100.0).ArrayOf(count)
         from groups in Gen.Choose(0, 4).Select(number => (long)number).ArrayOf(count)
         select new Scored(rewards, groups)).ToArbitrary();

    // By hand: group 0 has mean 2 and deviation sqrt(2/3), group 1 mean 10 and deviation 2; all five have mean 5.2.
    [Fact]
    public void Advantages_are_those_computed_by_hand()
    {
        double[] rewards = [1, 8, 3, 12, 2];
        long[] groups = [0, 1, 0, 1, 0];

        double[] group = GroupCredit.Advantages(rewards, groups, DeviationScope.Group, stabilizer: 0);
        double[] batch = GroupCredit.Advantages(rewards, groups, DeviationScope.Batch, stabilizer: 0);

        double deviation = Math.Sqrt(2.0 / 3), all = Math.Sqrt((4.2 * 4.2 + 2.8 * 2.8 + 2.2 * 2.2 + 6.8 * 6.8 + 3.2 * 3.2) / 5);
        Assert.All(new[] { -1 / deviation, -1, 1 / deviation, 1, 0 }.Zip(group), pair => Assert.Equal(pair.First, pair.Second, 1e-12));
        Assert.All(new[] { -1 / all, -2 / all, 1 / all, 2 / all, 0 }.Zip(batch), pair => Assert.Equal(pair.First, pair.Second, 1e-12));
    }

    [Theory]
    [InlineData(DeviationScope.Group)]
    [InlineData(DeviationScope.Batch)]
    public void Advantages_of_equal_rewards_are_zero_not_NaN(DeviationScope scope)
    {
        // The mean of three times 0.1 misses 0.1 by one rounding.
        double[] advantages = GroupCredit.Advantages([0.1, 0.1, 0.1, 0.7, 0.9], [0, 0, 0, 1, 1], scope);

        Assert.Equal([0, 0, 0], advantages[..3]);
        Assert.All(advantages[..3], advantage => Assert.False(GroupCredit.HasSignal(advantage)));
        Assert.All(advantages[3..], advantage => Assert.True(GroupCredit.HasSignal(advantage)));
    }

    [Property]
    public void Advantages_of_a_group_add_up_to_zero(Scored scored, bool batch)
    {
        double[] advantages = GroupCredit.Advantages(scored.Rewards, scored.Groups, batch ? DeviationScope.Batch : DeviationScope.Group);

        Assert.All(advantages.Zip(scored.Groups).GroupBy(pair => pair.Second), group => Assert.Equal(0, group.Sum(pair => pair.First), 1e-6));
    }

    [Property]
    public void A_shift_of_all_rewards_and_a_scale_change_nothing(Scored scored)
    {
        double[] before = GroupCredit.Advantages(scored.Rewards, scored.Groups, DeviationScope.Group, stabilizer: 0);
        double[] after = GroupCredit.Advantages([.. scored.Rewards.Select(reward => 4 * reward + 64)], scored.Groups, DeviationScope.Group, stabilizer: 0);

        Assert.All(before.Zip(after), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }

    [Property]
    public void A_sample_whose_judge_failed_gets_nothing_and_counts_for_nothing(Scored scored)
    {
        double[] withFailure = GroupCredit.Advantages([.. scored.Rewards, double.NaN], [.. scored.Groups, scored.Groups[0]], DeviationScope.Batch);

        Assert.Equal([.. GroupCredit.Advantages(scored.Rewards, scored.Groups, DeviationScope.Batch), 0.0], withFailure);
    }

    [Fact]
    public void Rewards_without_as_many_group_numbers_are_refused()
    {
        Assert.Throws<ArgumentException>(() => GroupCredit.Advantages([1, 2], [0], DeviationScope.Group));
    }
}
