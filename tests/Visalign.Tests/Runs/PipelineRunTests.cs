using Visalign.AdapterFiles;
using Visalign.Generators;
using Visalign.Rollouts;
using Visalign.Runs;
using Visalign.Tests.Oracles;

namespace Visalign.Tests.Runs;

/// <summary>Aligns pipelines in the layout of diffusers, small and random: the code of real checkpoints.</summary>
public sealed class PipelineRunTests : IDisposable
{
    private readonly TemporaryFolder _root = new();

    public void Dispose() => _root.Dispose();

    [Theory]
    [InlineData("io-pipeline-sd3", "{ name: flow-grpo, window: { size: 1, from: 0, to: 2 } }", "ratio/distance")]
    [InlineData("io-pipeline-sd15", "{ name: flow-grpo, window: { size: 1, from: 0, to: 2 } }", "ratio/distance")]
    [InlineData("io-pipeline-sd15", "{ name: diffusion-nft, timestep_share: 0.5 }", null)]
    [InlineData("io-pipeline-sd15", "{ name: draft, last_steps: 2 }", null)]
    [InlineData("io-pipeline-sd3", "{ name: spo, first_step: 0, threshold: 0, score_scale: 100 }", null)]
    public void A_method_runs_on_a_pipeline_with_only_the_model_changed(string slug, string method, string? exact)
    {
        using var run = Start("run", slug, "method=" + method);

        run.Run(CancellationToken.None);

        var metrics = KeptRun.Open(_root["run"]).Metrics;
        Assert.Equal(2, metrics.Count);
        Assert.All(metrics, line => Assert.True(line.Values["gradient/norm"] > 0));
        if (exact is not null) Assert.All(metrics, line => Assert.Equal(0, line.Values[exact]));
    }

    [Theory]
    [InlineData("io-pipeline-sd3", LoraFormat.Diffusers, "dora: false")]
    [InlineData("io-pipeline-sd3", LoraFormat.Diffusers, "dora: true")]
    [InlineData("io-pipeline-sd3", LoraFormat.Peft, "rank_stabilized: true")]
    [InlineData("io-pipeline-sd15", LoraFormat.Diffusers, "targets: [to_q, conv1]")]
    [InlineData("io-pipeline-sd15", LoraFormat.Kohya, "dora: false")]
    public void An_exported_adapter_over_the_model_draws_the_pictures_of_the_run(string slug, LoraFormat format, string adapter)
    {
        using (var run = Start("run", slug, $"adapter={{ kind: lora, rank: 2, alpha: 4, {adapter} }}")) run.Run(CancellationToken.None);
        string file = _root[format == LoraFormat.Peft ? "lora" : "lora.safetensors"];
        float[] learned, exported, plain;
        using (var policy = Policy.OfRun(_root["run"]))
        {
            policy.Export(file, format);
            learned = Pictures(policy);
        }
        using (var policy = Policy.OfModel(Folder(slug), file)) exported = Pictures(policy);
        using (var policy = Policy.OfModel(Folder(slug))) plain = Pictures(policy);

        Assert.Equal(learned, exported);
        Assert.NotEqual(learned, plain);
    }

    [Fact]
    public void All_weights_are_no_adapter_to_export()
    {
        using (var run = Start("run", "io-pipeline-sd15", "adapter={ kind: full }")) run.Run(CancellationToken.None);
        using var policy = Policy.OfRun(_root["run"]);

        Assert.Contains("no low-rank adapter to write", Assert.Throws<InputException>(() => policy.Export(_root["lora.safetensors"], LoraFormat.Diffusers)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_target_that_matches_nothing_lists_what_there_is() =>
        Assert.Contains("'qkv' matches no linear layer and no convolution of the model. There are: ",
            Assert.Throws<InputException>(() => Start("run", "io-pipeline-sd15", "adapter={ kind: lora, targets: [qkv] }")).Message, StringComparison.Ordinal);

    private static string Folder(string slug) => Path.Combine(OracleRoot.Path, slug, "model");

    private static float[] Pictures(Policy policy)
    {
        using var scope = Tensor.Scope();
        return policy.Generator.Decode(PlainSampling.Run(policy.Generator, policy.Weights, [new("a red apple"), new("two blue circles")], new(3, 2), seed: 1, iteration: 0).Final).Data;
    }

    private AlignmentRun Start(string name, string slug, params string[] overrides) => AlignmentRun.Create(_root[name], Recipe.File.Parse(
        $$"""
        recipe: 1
        method: { name: flow-grpo, window: { size: 1, from: 0, to: 2 } }
        model: {{Folder(slug)}}
        adapter: { kind: lora, rank: 2, alpha: 4 }
        rewards: [brightness]
        rollout: { prompts: 2, group_size: 3, steps: 3, guidance_scale: 2 }
        optimizer: { learning_rate: 0.01 }
        budget: { iterations: 2 }
        """, "test.yaml", overrides), new Listener(), TimeProvider.System);
}
