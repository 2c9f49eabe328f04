using Visalign.Generators;
using Visalign.Pictures;
using Visalign.Rewards;
using Visalign.Tests.Pictures;

namespace Visalign.Tests.Rewards;

public sealed class DifferentiableRewardTests : IDisposable
{
    private static readonly IReadOnlyList<Condition> Conditions = [new("a red circle"), new("two squares"), new("a cross above a circle")];

    private readonly TemporaryFolder _root = new();
    private readonly TensorScope _scope = Tensor.Scope();
    private readonly IReadOnlyList<IDifferentiableReward> _all;

    public DifferentiableRewardTests() =>
        _all = [new Brightness(), new Colorfulness(), new Contrast(), new Symmetry(), new TwoTower(new() { Model = TinyTowers.Create(_root["towers"]) }),
            new RewardSum(new WeightedReward(new Contrast(), 2), new WeightedReward(new Brightness(), -0.5)).Differentiable()];

    public void Dispose()
    {
        foreach (var reward in _all) (reward as IDisposable)?.Dispose();
        _scope.Dispose();
        _root.Dispose();
    }

    [Fact]
    public void The_gradient_is_the_slope_of_the_score()
    {
        var pixels = Pixels(SamplePictures.Random(seed: 4, count: 3, height: 32, width: 32));

        Assert.All(_all, reward =>
        {
            // Scores in fp32 are good to 1e-7, so a slope over 0.04 is good to 1e-5; the curve adds its second derivative times the step.
            var (promised, shown) = FiniteDifferences.Along(x => reward.Score(x, Conditions).Sum(), pixels, seed: 5, step: 0.02);
            Assert.NotEqual(0, promised);
            Assert.Equal(promised, shown, 2e-5 + 0.02 * Math.Abs(promised));
        });
    }

    [Fact]
    public void A_score_follows_its_gradient_uphill()
    {
        var pixels = Pixels(SamplePictures.Random(seed: 4, count: 3, height: 32, width: 32));

        Assert.All(_all, reward =>
        {
            var leaf = pixels.Detach().Clone().RequireGrad();
            var before = reward.Score(leaf, Conditions);
            Autograd.Backward(before.Sum());
            using var noGradient = Autograd.NoGrad();
            var after = reward.Score(leaf + leaf.Gradient! * (0.1 / leaf.Gradient!.Norm().Item()), Conditions);
            Assert.True(after.Sum().Item() > before.Sum().Item(), reward.Name);
        });
    }

    [Fact]
    public void Both_ways_to_ask_give_the_same_numbers()
    {
        var pictures = SamplePictures.Random(seed: 4, count: 3, height: 32, width: 32);

        Assert.All(_all, reward =>
        {
            var scores = reward.Score(Pixels(pictures), Conditions);
            Assert.Equal([3], scores.Shape.ToArray());
            Assert.Equal(reward.Score(pictures, Conditions).Values, scores.To(DType.Float64).ToArray<double>());
        });
    }

    [Fact]
    public void A_flat_picture_has_a_gradient_of_numbers()
    {
        Assert.All(_all, reward =>
        {
            var flat = Tensor.Full([3, 3, 32, 32], 0.5).RequireGrad();
            Autograd.Backward(reward.Score(flat, Conditions).Sum());
            Assert.True(flat.Gradient!.AllFinite(), reward.Name);
        });
    }

    [Fact]
    public void Pictures_come_one_to_a_condition_and_in_three_channels()
    {
        Assert.All(_all, reward =>
        {
            Assert.Contains("found 3 conditions for 2 pictures", Assert.Throws<InputException>(() => reward.Score(Tensor.Zeros([2, 3, 32, 32]), Conditions)).Message, StringComparison.Ordinal);
            Assert.ThrowsAny<Exception>(() => reward.Score(Tensor.Zeros([3, 1, 32, 32]), Conditions));
        });
    }

    [Fact]
    public void Scoring_leaves_nothing_but_the_scores_behind()
    {
        var pixels = Pixels(SamplePictures.Random(seed: 4, count: 3, height: 32, width: 32));
        var pictures = SamplePictures.Random(seed: 4, count: 3, height: 32, width: 32);

        Assert.All(_all, reward =>
        {
            long before = Tensor.LiveCount;
            reward.Score(pictures, Conditions);
            Assert.Equal(before, Tensor.LiveCount);
            reward.Score(pixels, Conditions);
            Assert.Equal(before + 1, Tensor.LiveCount);
        });
    }

    [Fact]
    public void A_sum_with_a_part_that_has_no_gradient_names_it_and_those_that_have()
    {
        var sum = new RewardSum(new WeightedReward(new ExactReward(new()), 1), new WeightedReward(new Brightness(), 1));

        Assert.Equal(
            "rewards: 'exact' has no gradient with respect to the picture, which this method follows. These have one: brightness, colorfulness, contrast, step-preference, symmetry, two-tower.",
            Assert.Throws<InputException>(sum.Differentiable).Message);
    }

    private static Tensor Pixels(PictureBatch pictures) => Tensor.From(pictures.Data, pictures.Count, 3, pictures.Height, pictures.Width);
}
