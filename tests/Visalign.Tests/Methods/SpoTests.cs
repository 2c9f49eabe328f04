using Visalign.Generators;
using Visalign.Methods;
using Visalign.Networks;
using Visalign.Pictures;
using Visalign.Rewards;
using Visalign.Rollouts;

namespace Visalign.Tests.Methods;

public sealed class SpoTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly NoiseGenerator _generator;
    private readonly Adapter _adapter;

    public SpoTests()
    {
        _generator = ModelFolder.LoadNoise(TinyModel.Create(_folder["model"], contrast: 2));
        _adapter = Adapter.Full(_generator.Base);
    }

    public void Dispose()
    {
        _adapter.Dispose();
        _generator.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Policy_and_reference_that_agree_lose_ln_2_for_every_pair()
    {
        using var scope = Tensor.Scope();
        var assembly = Assemble(new() { FirstStep = 1, Threshold = 0 });

        double loss = Assert.Single(assembly.Updates(Sample(assembly), [])).Parts.Sum(part => part(new()).Item());

        Assert.Equal(Math.Log(2), loss, 1e-6);
    }

    [Fact]
    public void A_threshold_that_no_pair_passes_leaves_nothing_to_learn()
    {
        using var scope = Tensor.Scope();
        var assembly = Assemble(new() { FirstStep = 1, Threshold = 0.999999 });

        Assert.Empty(assembly.Updates(Sample(assembly), []));
    }

    // The step to data has no noise, and so neither children nor pairs.
    [Fact]
    public void Pairs_are_of_the_noisy_steps_from_the_first_one_on_and_share_their_parent()
    {
        using var scope = Tensor.Scope();
        var rollout = Sample(Assemble(new() { FirstStep = 1, Threshold = 0 }));

        Assert.Equal([1, 2], rollout.Pairs.Select(pair => pair.Step));
        Assert.All(rollout.Pairs, pair =>
        {
            Assert.Same(pair.WinnerFrom, pair.LoserFrom);
            Assert.False(pair.WinnerTo.SameAs(pair.LoserTo));
        });
    }

    [Fact]
    public void Inner_steps_add_the_transitions_of_both_branches()
    {
        using var scope = Tensor.Scope();
        var rollout = Sample(Assemble(new() { FirstStep = 1, InnerSteps = 1, Threshold = 0 }));

        Assert.Equal([1, 2], rollout.Pairs.Select(pair => pair.Step));
        Assert.False(rollout.Pairs.Single(pair => pair.Step == 2).WinnerFrom.SameAs(rollout.Pairs.Single(pair => pair.Step == 2).LoserFrom));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(0, 2)]
    [InlineData(2, 3)]
    public void What_is_judged_on_the_way_is_known_beforehand(int first, int inner)
    {
        using var scope = Tensor.Scope();
        var judge = new Counting();
        var assembly = Assemble(new() { FirstStep = first, InnerSteps = inner, Threshold = 0 }, judge);
        var rollout = Sample(assembly);

        Assert.Equal(rollout.SampleCount + judge.Judged, assembly.JudgedPerSample * rollout.SampleCount);
    }

    // If the better child were more likely to go on, the means of the two rollouts' final rewards would part.
    [Fact]
    public void Who_goes_on_does_not_depend_on_the_scores()
    {
        using var scope = Tensor.Scope();
        var liked = Sample(Assemble(new() { FirstStep = 1, Threshold = 0 }));
        var disliked = Sample(Assemble(new() { FirstStep = 1, Threshold = 0 }, weight: -1));

        Assert.True(liked.Final.SameAs(disliked.Final));
    }

    [Fact]
    public void Learning_makes_the_winners_likelier_than_the_losers()
    {
        using var scope = Tensor.Scope();
        var assembly = Assemble(new() { FirstStep = 1, Threshold = 0 });
        var rollout = Sample(assembly);

        _adapter.Parameters.ClearGradients();
        foreach (var part in Assert.Single(assembly.Updates(rollout, [])).Parts) Autograd.Backward(part(new()));
        using (Autograd.NoGrad()) _adapter.Parameters.Values.AddInPlace(_adapter.Parameters.Gradients * (-1e-3 / _adapter.Parameters.Gradients.Square().Sum().Sqrt().Item()));

        Assert.True(Assert.Single(assembly.Updates(rollout, [])).Parts.Sum(part => part(new()).Item()) < Math.Log(2));
    }

    [Fact]
    public void Children_in_the_last_step_alone_are_refused() =>
        Assert.Contains("method.first_step is 4, expected at most 2", Assert.Throws<InputException>(() => Assemble(new())).Message, StringComparison.Ordinal);

    private Assembly Assemble(Spo method, IReward? judge = null, double weight = 1) => method.Assemble(new(_generator, _adapter, new() { Prompts = 3, GroupSize = 1, Steps = 4 }, new(), Seed: 1)
    {
        StepReward = () => new RewardSum(new WeightedReward(judge ?? new Contrast(), weight)).Stepwise(),
    });

    private SiblingRollout Sample(Assembly assembly) => (SiblingRollout)assembly.Sample(_adapter.Weights, [new("a circle"), new("two red squares"), new("a cross above a triangle")], 0);

    private sealed class Counting : IReward
    {
        public int Judged { get; private set; }

        public string Name => "counting";

        public RewardScores Score(PictureBatch pictures, IReadOnlyList<Condition> conditions)
        {
            Judged += pictures.Count;
            return new Contrast().Score(pictures, conditions);
        }
    }
}
