using Visalign.Generators;
using Visalign.Methods;
using Visalign.Networks;
using Visalign.Rewards;
using Visalign.Rollouts;

namespace Visalign.Tests.Methods;

public sealed class DraftTests : IDisposable
{
    private const int Steps = 4;

    private readonly TemporaryFolder _folder = new();
    private readonly NoiseGenerator _generator;
    private readonly Adapter _adapter;
    private readonly Contrast _reward = new Contrast();

    public DraftTests()
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

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 3)]
    [InlineData(0, 1)]
    [InlineData(0, 3)]
    public void Going_back_step_by_step_gives_the_gradient_of_the_whole_graph(int lastSteps, double guidanceScale)
    {
        using var scope = Tensor.Scope();
        var assembly = Assemble(new() { LastSteps = lastSteps }, guidanceScale);
        var rollout = (NoiseRollout)assembly.Sample(_adapter.Weights, Conditions, 0);

        float[] stepwise = Gradient(assembly.Updates(rollout, []));

        _adapter.Parameters.ClearGradients();
        int recorded = lastSteps == 0 ? Steps : lastSteps;
        var state = rollout.Tail[0];
        for (int step = Steps - recorded; step < Steps; step++)
            state = RolloutSampler.GaussianOf(_generator, _adapter.Weights, rollout.Plan, step, state, rollout.Encoded).Mean;
        Autograd.Backward(-_reward.Score(_generator.Pixels(state), rollout.Conditions).Mean());
        float[] whole = _adapter.Parameters.Gradients.ToArray<float>();

        double size = whole.Max(Math.Abs);
        Assert.True(size > 0);
        Assert.All(whole.Zip(stepwise), pair => Assert.Equal(pair.First, pair.Second, 1e-4 * size));
    }

    [Fact]
    public void The_loss_is_minus_the_mean_reward()
    {
        using var scope = Tensor.Scope();
        var assembly = Assemble(new() { LastSteps = 2 }, 1);
        var rollout = (NoiseRollout)assembly.Sample(_adapter.Weights, Conditions, 0);

        double loss = Assert.Single(assembly.Updates(rollout, [])).Parts.Sum(part => part(new()).Item());

        Assert.Equal(-_reward.Score(_generator.Pixels(rollout.Final), rollout.Conditions).Mean().Item(), loss, 1e-5);
    }

    // The variance of the last step's gradient over the noise falls as it is averaged over more of it.
    [Fact]
    public void Resamples_bring_gradients_of_different_noise_nearer_to_each_other()
    {
        double one = Spread(resamples: 0), nine = Spread(resamples: 8);

        Assert.True(nine < one, $"{nine} against {one}");

        double Spread(int resamples)
        {
            using var scope = Tensor.Scope();
            var assembly = Assemble(new() { Resamples = resamples }, 1);
            float[][] gradients = [.. Enumerable.Range(0, 6).Select(iteration => Gradient(assembly.Updates(assembly.Sample(_adapter.Weights, Conditions, iteration), [])))];
            double[] mean = [.. Enumerable.Range(0, gradients[0].Length).Select(i => gradients.Average(gradient => gradient[i]))];
            return gradients.Average(gradient => gradient.Select((value, i) => (value - mean[i]) * (value - mean[i])).Sum());
        }
    }

    [Fact]
    public void The_penalty_is_nothing_at_the_base_and_pulls_back_from_anywhere_else()
    {
        using var scope = Tensor.Scope();
        var assembly = Assemble(new() { KlCoefficient = 2 }, 1);
        var kl = assembly.Terms.Single(term => term.Name == "KL");

        Assert.All(Gradient(assembly.Updates(Sampled(), [], kl)), value => Assert.Equal(0, value));
        _adapter.Parameters.Values.MulInPlace(1.1);
        Assert.Contains(Gradient(assembly.Updates(Sampled(), [], kl)), value => value != 0);

        Rollout Sampled() => Assemble(new(), 1).Sample(_adapter.Weights, Conditions, 0);
    }

    // Two steps' penalties, each with respect to the states that the policy itself led to.
    [Fact]
    public void The_gradient_of_the_penalty_is_that_of_the_whole_graph()
    {
        using var scope = Tensor.Scope();
        using (Autograd.NoGrad()) _adapter.Parameters.Values.MulInPlace(1.05);
        var assembly = Assemble(new() { LastSteps = 3, KlCoefficient = 0.7 }, 1);
        var rollout = (NoiseRollout)assembly.Sample(_adapter.Weights, Conditions, 0);

        float[] stepwise = Gradient(assembly.Updates(rollout, [], assembly.Terms.Single(term => term.Name == "KL")));

        _adapter.Parameters.ClearGradients();
        Tensor state = rollout.Tail[0], total = Tensor.Of(0.0, DType.Float32);
        for (int step = 1; step < Steps; step++)
        {
            var velocity = RolloutSampler.VelocityOf(_generator, _adapter.Weights, rollout.Plan, step, state, rollout.Encoded);
            Tensor unchanged;
            using (Autograd.NoGrad()) unchanged = RolloutSampler.VelocityOf(_generator, _generator.Base, rollout.Plan, step, state, rollout.Encoded);
            total += ((velocity - unchanged) * (1 - rollout.Plan.Levels[step])).Square().Mean() * (0.7 / 3);
            state = RolloutSampler.GaussianOf(rollout.Plan, step, state, velocity).Mean;
        }
        Autograd.Backward(total);
        float[] whole = _adapter.Parameters.Gradients.ToArray<float>();

        double size = whole.Max(Math.Abs);
        Assert.True(size > 0);
        Assert.All(whole.Zip(stepwise), pair => Assert.Equal(pair.First, pair.Second, 1e-4 * size));
    }

    [Theory]
    [InlineData(5, 0, "method.last_steps is 5, expected at most the 4 of 'rollout.steps'; 0 stands for all.")]
    [InlineData(2, 1, "method.resamples is 1 with 2 steps")]
    public void What_cannot_be_meant_is_refused(int lastSteps, int resamples, string sentence) =>
        Assert.Contains(sentence, Assert.Throws<InputException>(() => Assemble(new() { LastSteps = lastSteps, Resamples = resamples }, 1)).Message, StringComparison.Ordinal);

    private static Condition[] Conditions => [new("a circle"), new("two red squares"), new("a cross above a triangle")];

    private Assembly Assemble(Draft method, double guidanceScale) =>
        method.Assemble(new(_generator, _adapter, new() { Prompts = 3, GroupSize = 1, Steps = Steps, GuidanceScale = guidanceScale }, new(), Seed: 1) { DifferentiableReward = () => _reward });

    private float[] Gradient(IEnumerable<Update> updates)
    {
        _adapter.Parameters.ClearGradients();
        foreach (var part in updates.SelectMany(update => update.Parts))
        {
            using var scope = Tensor.Scope();
            Autograd.Backward(part(new()));
        }
        return _adapter.Parameters.Gradients.ToArray<float>();
    }
}
