using Visalign.Pictures;
using Visalign.Rewards;
using Visalign.Tests.Pictures;

namespace Visalign.Tests.Rewards;

public sealed class RewardProbeTests
{
    private static readonly PictureBatch Pictures = SamplePictures.Random(seed: 9, count: 4, height: 8, width: 8);

    public static TheoryData<string> NamesWithoutRequiredOptions => ["brightness", "colorfulness", "contrast", "jpeg-compressibility", "jpeg-incompressibility", "symmetry"];

    [Theory]
    [MemberData(nameof(NamesWithoutRequiredOptions))]
    public void Rewards_of_the_catalog_pass_on_noise(string name)
    {
        var entry = RewardCatalog.Find(name);
        var reward = entry.Create(Activator.CreateInstance(entry.OptionsType)!, new RewardContext(TimeProvider.System, Seed: 1));

        Assert.Empty(Check(reward));
    }

    [Fact]
    public void A_constant_reward_is_found_constant_and_unmoved() =>
        Assert.Equal([RewardFault.Constant, RewardFault.Unmoved], Faults(new DelegateReward("one", (pictures, _) => Repeat(pictures, 1))));

    [Fact]
    public void A_reward_of_the_prompt_alone_is_found_unmoved() =>
        Assert.Equal([RewardFault.Unmoved], Faults(new DelegateReward(
            "prompt", (_, conditions) => [.. conditions.Select(condition => (double)condition.Prompt[^1])])));

    [Fact]
    public void A_reward_that_fails_on_one_picture_is_told_with_its_share()
    {
        var reward = new DelegateReward("flaky", (pictures, conditions) =>
            [double.NaN, .. new Brightness().Score(pictures, conditions).Values.Skip(1)]);

        var remark = Assert.Single(Check(reward));

        Assert.Equal(RewardFault.Failed, remark.Fault);
        Assert.Contains("no score to 1 of 4 probe pictures; first: flaky: picture 0 got NaN", remark.Sentence);
    }

    [Fact]
    public void A_reward_that_always_fails_is_found_silent_only() =>
        Assert.Equal([RewardFault.Silent], Faults(new DelegateReward("dead", (pictures, _) => Repeat(pictures, double.NaN))));

    [Fact] // Blurring keeps the mean of a picture nearly, a negative keeps its contrast: each variant alone would miss one.
    public void A_reward_that_moves_under_one_variant_is_enough()
    {
        Assert.Empty(Check(new DelegateReward("near-invariant-to-blur", (pictures, _) =>
            [.. Enumerable.Range(0, pictures.Count).Select(index => (double)pictures[index][0] > 0.5 ? 1.0 : 0.0)])));
        Assert.Empty(Check(new DelegateReward("invariant-to-negative", (pictures, conditions) =>
            [.. new Contrast().Score(pictures, conditions).Values.Select(score => Math.Round(score, 4))])));
    }

    [Fact]
    public void One_picture_is_too_few()
    {
        var one = SamplePictures.Random(seed: 9, count: 1, height: 8, width: 8);

        Assert.Throws<InputException>(() => RewardProbe.Check(new Brightness(), one, SamplePictures.Prompts(1)));
    }

    private static double[] Repeat(PictureBatch pictures, double score) => [.. Enumerable.Repeat(score, pictures.Count)];

    private static IReadOnlyList<RewardRemark> Check(IReward reward) => RewardProbe.Check(reward, Pictures, SamplePictures.Prompts(4));

    private static IEnumerable<RewardFault> Faults(IReward reward) => Check(reward).Select(remark => remark.Fault);
}
