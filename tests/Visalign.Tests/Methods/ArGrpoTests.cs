using Visalign.Generators;
using Visalign.Methods;
using Visalign.Networks;
using Visalign.Rollouts;
using Visalign.Runs;
using Visalign.Tests.Runs;
using Visalign.Worlds;

namespace Visalign.Tests.Methods;

public sealed class ArGrpoTests : IDisposable
{
    private readonly TemporaryFolder _root = new();
    private readonly string _model;

    public ArGrpoTests() => _model = TinyTokenModel.Create(_root["model"]);

    public void Dispose() => _root.Dispose();

    private Recipe Recipe(params string[] overrides) => Visalign.Runs.Recipe.File.Parse(
        $$"""
        recipe: 1
        method: { name: ar-grpo, kl_coefficient: 0.1 }
        model: {{_model}}
        adapter: { kind: full }
        rewards: [brightness]
        heldout: [contrast]
        rollout: { prompts: 3, group_size: 4, micro_batch: 5 }
        optimizer: { learning_rate: 0.01 }
        budget: { iterations: 4, checkpoint_every: 2 }
        """, "test.yaml", overrides);

    private AlignmentRun Start(string name, params string[] overrides) =>
        AlignmentRun.Create(_root[name], Recipe(overrides), new Listener(), TimeProvider.System);

    [Theory]
    [InlineData("rollout.guidance_scale=1")]
    [InlineData("rollout.guidance_scale=3")]
    [InlineData("method.temperature=0.7")]
    [InlineData("method={ name: ar-grpo, top_k: 5, top_p: 0.9, kl_coefficient: 0 }")]
    [InlineData("adapter={ kind: lora, rank: 2, alpha: 4 }")]
    public void The_ratio_of_the_first_update_is_exactly_1(string option)
    {
        using var run = Start("run", option);

        run.Run(CancellationToken.None);

        Assert.All(Metrics("run"), line => Assert.Equal(0, line.Values["ratio/distance"]));
        Assert.Contains(Metrics("run"), line => line.Values["gradient/norm"] > 0);
    }

    [Fact]
    public void Several_updates_move_the_ratio_away_from_1()
    {
        using var run = Start("run", "optimizer.updates_per_iteration=3");

        run.Run(CancellationToken.None);

        Assert.Contains(Metrics("run"), line => line.Values["ratio/distance"] > 0);
    }

    [Fact]
    public void The_gap_between_sampler_and_trained_distribution_is_nothing_without_guidance_and_shows_with_it()
    {
        using (var plain = Start("plain")) plain.Run(CancellationToken.None);
        using (var guided = Start("guided", "rollout.guidance_scale=4")) guided.Run(CancellationToken.None);

        Assert.All(Metrics("plain"), line => Assert.Equal(0, line.Values["kl/sampler"], 1e-5));
        Assert.All(Metrics("guided"), line => Assert.True(line.Values["kl/sampler"] > 1e-3));
    }

    [Fact]
    public void At_the_old_policy_the_gradient_is_that_of_the_advantage_times_the_mean_log_probability_of_tokens()
    {
        using var generator = ModelFolder.LoadTokens(_model);
        using var adapter = Adapter.Full(generator.Base);
        using var scope = Tensor.Scope();
        var assembly = new ArGrpo { KlCoefficient = 0 }.Assemble(new(generator, adapter, new() { Prompts = 2, GroupSize = 3, MicroBatch = 4 }, new(), Seed: 1));
        var rollout = (TokenRollout)assembly.Sample(adapter.Weights, PromptSource.World(PromptSplit.Training).Draw(1, 0, 2), 0);
        float[] advantages = [1, -0.5f, 0, 2, -1, 0.25f];

        foreach (var part in Assert.Single(assembly.Updates(rollout, [.. advantages.Select(a => (double)a)])).Parts) Autograd.Backward(part(new()));
        float[] got = adapter.Parameters.Gradients.ToArray<float>();
        adapter.Parameters.ClearGradients();
        var logProb = TokenRolloutSampler.LogProb(generator, adapter.Weights, rollout.Encoded, rollout.Tokens, temperature: 1);
        Autograd.Backward(-(logProb.Mean([1]) * Tensor.From(advantages, 6)).Mean());

        float[] expected = adapter.Parameters.Gradients.ToArray<float>();
        double size = expected.Max(Math.Abs);
        Assert.True(size > 1e-3);
        Assert.All(expected.Zip(got), pair => Assert.Equal(pair.First, pair.Second, 1e-4 * size));
    }

    [Fact]
    public void Advantages_are_taken_by_the_sample_deviation_of_the_group()
    {
        using var generator = ModelFolder.LoadTokens(_model);
        using var adapter = Adapter.Full(generator.Base);
        var assembly = new ArGrpo { AdvantageDelta = 1e-9 }.Assemble(new(generator, adapter, new(), new(), Seed: 1));

        double[] advantages = assembly.Credit([1, 3, 5, 7], [0, 0, 1, 1]);

        // (1 - 2) / sqrt(((1 - 2)² + (3 - 2)²) / 1)
        Assert.All(advantages.Zip([-1, 1, -1, 1]), pair => Assert.Equal(pair.Second / Math.Sqrt(2), pair.First, 1e-6));
    }

    [Theory]
    [InlineData("rollout.steps=4", "'steps' and 'shift' are of denoising")]
    [InlineData("rollout.steps=8", "'steps' and 'shift' are of denoising")]
    [InlineData("evaluation.steps=8", "evaluation.steps is 8; steps are of denoising")]
    [InlineData("rollout.shift=3", "'steps' and 'shift' are of denoising")]
    [InlineData("method=flow-grpo", "it trains models that make pictures by denoising, and this model does not")]
    [InlineData("optimizer.updates_per_iteration=4", "an iteration has only 3 micro-batches")]
    [InlineData("rollout.group_size=1", "A group of one has nothing to be compared with")]
    public void What_cannot_teach_the_model_is_refused_before_the_run(string option, string words)
    {
        Assert.Contains(words, Assert.Throws<InputException>(() => Start("run", option)).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_root["run"]));
    }

    [Fact]
    public void A_model_that_denoises_is_refused_by_name()
    {
        TinyModel.Create(_root["flow"]);

        Assert.Contains("it trains models that draw tokens", Assert.Throws<InputException>(() => Start("run", $"model={_root["flow"]}")).Message, StringComparison.Ordinal);
    }

    private IReadOnlyList<IterationLine> Metrics(string name) => IterationLog.Read(_root[name + "/metrics.jsonl"]);
}
