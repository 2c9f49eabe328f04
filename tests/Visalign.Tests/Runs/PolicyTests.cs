using Visalign.Generators;
using Visalign.Networks;
using Visalign.Runs;

namespace Visalign.Tests.Runs;

public sealed class PolicyTests : IDisposable
{
    private readonly TemporaryFolder _root = new();
    private readonly string _model;

    public PolicyTests() => _model = TinyModel.Create(_root["model"]);

    public void Dispose() => _root.Dispose();

    [Theory]
    [InlineData("kind: lora, rank: 2, alpha: 4")]
    [InlineData("kind: full")]
    public void A_finished_run_gives_the_policy_it_ended_with(string adapter)
    {
        float[] ended;
        using (var run = Start("run", adapter))
        {
            run.Run(CancellationToken.None);
            ended = Velocity(run.Generator, run.Result);
        }

        using var policy = Policy.OfRun(_root["run"]);

        Assert.Equal(ended, Velocity(policy.Generator, policy.Weights));
        Assert.NotEqual(ended, Velocity(policy.Generator, policy.Generator.Base));
        Assert.Equal(2.5, policy.GuidanceScale);
    }

    [Fact]
    public void A_model_gives_its_own_weights_and_guidance()
    {
        (GeneratorConfig.Read(_model) with { GuidanceScale = 3 }).Save(_model);

        using var policy = Policy.OfModel(_model);

        Assert.Same(policy.Generator.Base, policy.Weights);
        Assert.Equal(3, policy.GuidanceScale);
        Assert.Null(policy.Recipe);
    }

    [Fact]
    public void An_unfinished_run_is_refused_with_the_way_to_finish_it()
    {
        using (Start("run", "kind: full")) { }

        var fault = Assert.Throws<InputException>(() => Policy.OfRun(_root["run"]));

        Assert.Equal($"{_root["run"]}: this run has not finished, it has no policy.safetensors yet; finish it by 'visalign resume {_root["run"]}'.", fault.Message);
    }

    [Fact]
    public void A_base_model_that_has_changed_is_refused()
    {
        using (var run = Start("run", "kind: full")) run.Run(CancellationToken.None);
        (GeneratorConfig.Read(_model) with { LatentScale = 2 }).Save(_model);

        var fault = Assert.Throws<InputException>(() => Policy.OfRun(_root["run"]));

        Assert.Contains("is not the one this run began with", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_policy_of_another_run_is_refused_and_leaves_no_tensor()
    {
        using (var run = Start("small", "kind: lora, rank: 2, alpha: 4")) run.Run(CancellationToken.None);
        using (var run = Start("large", "kind: lora, rank: 3, alpha: 4")) run.Run(CancellationToken.None);
        File.Copy(_root["small/policy.safetensors"], _root["large/policy.safetensors"], overwrite: true);
        long before = Tensor.LiveCount;

        var fault = Assert.Throws<InputException>(() => Policy.OfRun(_root["large"]));

        Assert.Contains("expected 'blocks.0.attention.out.lora_A.weight' of shape [3, 32], found [2, 32]", fault.Message, StringComparison.Ordinal);
        Assert.Equal(before, Tensor.LiveCount);
    }

    private AlignmentRun Start(string name, string adapter) => AlignmentRun.Create(_root[name], Recipe.File.Parse(
        $$"""
        recipe: 1
        method: { name: flow-grpo, window: { size: 1, from: 0, to: 2 } }
        model: {{_model}}
        adapter: { {{adapter}} }
        rewards: [brightness]
        rollout: { prompts: 2, group_size: 3, steps: 3, guidance_scale: 2.5 }
        optimizer: { learning_rate: 0.01 }
        budget: { iterations: 1 }
        """, "test.yaml"), new Listener(), TimeProvider.System);

    private static float[] Velocity(IGenerator generator, Weights weights)
    {
        var flow = (IFlow)generator;
        using var scope = Tensor.Scope();
        using var noGradient = Autograd.NoGrad();
        var latents = flow.DrawNoise(new(1, NoisePurpose.Probe), 0, 2);
        return flow.Velocity(weights, latents, Tensor.Full([2], 0.5), flow.Encode([new("a circle"), new("a square")])).ToArray<float>();
    }
}
