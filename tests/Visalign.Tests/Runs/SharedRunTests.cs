using Visalign.Runs;
using Visalign.Tests.Torch.Processes;

namespace Visalign.Tests.Runs;

/// <summary>Runs that members of a group execute together, in what goes beyond every method's own (EveryMethodTests); they are threads here, whose scopes and connections are their own.</summary>
public sealed class SharedRunTests : IDisposable
{
    private readonly TemporaryFolder _root = new();

    public void Dispose() => _root.Dispose();

    // Three micro-batches of 5, 5 and 2 pictures: of four members one has none.
    private Recipe Recipe(string method, string[] overrides) => Visalign.Runs.Recipe.File.Parse(
        $$"""
        recipe: 1
        method: {{method}}
        model: {{_root["model"]}}
        adapter: { kind: lora, rank: 2, alpha: 4 }
        rewards: [brightness]
        heldout: [contrast]
        rollout: { prompts: 3, group_size: 4, micro_batch: 5 }
        optimizer: { learning_rate: 0.01 }
        budget: { iterations: 3, checkpoint_every: 2 }
        """, "test.yaml", overrides);

    [Theory]
    [InlineData("{ name: flow-grpo, window: { size: 2, from: 1, to: 3 }, start: prefix }")]
    [InlineData("{ name: flow-grpo, window: { size: 2, from: 0, to: 3 }, start: shared }", "rollout.guidance_scale=3")]
    [InlineData("{ name: flow-grpo, window: { size: 2, from: 0, to: 3 } }", "optimizer.updates_per_iteration=2", "adapter={ kind: full }")]
    public void Any_number_of_processes_leaves_the_same_bytes(string method, params string[] more)
    {
        TinyModel.Create(_root["model"]);

        Compare(method, ["rollout.steps=4", .. more]);
    }

    [Fact]
    public void Any_number_of_processes_leaves_the_same_bytes_of_a_model_that_draws_tokens()
    {
        TinyTokenModel.Create(_root["model"]);

        Compare("{ name: ar-grpo, kl_coefficient: 0.1 }", "rollout.guidance_scale=2");
    }

    private void Compare(string method, params string[] overrides)
    {
        foreach (int count in new[] { 1, 2, 4 })
            Crowd.Of(count, group =>
            {
                using var run = AlignmentRun.Create(_root[$"run{count}"], Recipe(method, overrides), new SilentObserver(), TimeProvider.System, group);
                run.Run(CancellationToken.None);
                return run.RewardCalls;
            });

        string[] kept = ["metrics.jsonl", "policy.safetensors", "checkpoints/00000002.safetensors", "checkpoints/00000003.safetensors"];
        Assert.Equal(3, File.ReadAllLines(_root["run1/metrics.jsonl"]).Length);
        foreach (int count in new[] { 2, 4 })
            Assert.All(kept, file => Assert.True(File.ReadAllBytes(_root[$"run1/{file}"]).AsSpan().SequenceEqual(File.ReadAllBytes(_root[$"run{count}/{file}"])), $"{count} processes, {file}"));
    }
}
