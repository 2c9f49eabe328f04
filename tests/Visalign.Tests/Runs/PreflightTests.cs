using Visalign.Runs;
using Visalign.Torch.Safetensors;

namespace Visalign.Tests.Runs;

public sealed class PreflightTests : IDisposable
{
    private readonly TemporaryFolder _root = new();
    private readonly Listener _listener = new();

    public PreflightTests() => TinyModel.Create(_root["model"]);

    public void Dispose() => _root.Dispose();

    private AlignmentRun Start(params string[] overrides) => AlignmentRun.Create(_root["run"], Recipe.File.Parse(
        $$"""
        recipe: 1
        method: { name: flow-grpo, window: { size: 2, from: 0, to: 3 }, kl_coefficient: 0.04 }
        model: {{_root["model"]}}
        adapter: { kind: lora, rank: 2, alpha: 4 }
        rewards: [brightness]
        heldout: [contrast]
        rollout: { prompts: 4, group_size: 4, steps: 4, micro_batch: 5 }
        budget: { iterations: 2, checkpoint_every: 1 }
        """, "test.yaml", overrides), _listener, TimeProvider.System);

    [Theory]
    [InlineData("seed=1", "Preflight: replaying a rollout gives ratio 1 exactly; the loss (surrogate and KL) reaches 4 of 4 trained tensors; what brightness says depends on the picture.")]
    [InlineData("method.kl_coefficient=0", "the loss (surrogate) reaches 4 of 4")]
    [InlineData("method=best-of-group-tuning", "Preflight: the loss (denoising) reaches 4 of 4")]
    [InlineData("method=diffusion-nft", "Preflight: the loss (matching and KL) reaches 4 of 4")]
    [InlineData("rewards=[{ name: exact, mode: strict }]", "what exact-strict says depends on the picture")]
    public void It_says_in_one_sentence_what_holds(string option, string words)
    {
        using var run = Start(option);

        Assert.Contains(words, _listener.Sentences[0], StringComparison.Ordinal);
        Assert.Empty(_listener.Warnings);
    }

    [Theory]
    [InlineData("lora")]
    [InlineData("full")]
    public void The_adapter_is_afterwards_what_it_was_to_the_bit(string kind)
    {
        using (var run = Start(kind == "lora" ? "seed=1" : "adapter={ kind: full }"))
            run.SavePolicy();

        // The averaged adapter was copied before the preflight and is what is saved.
        byte[] averaged = File.ReadAllBytes(_root["run/policy.safetensors"]);
        Directory.Delete(_root["run"], recursive: true);
        using (var run = Start(kind == "lora" ? "seed=1" : "adapter={ kind: full }", "optimizer.ema_decay=0"))
            run.SavePolicy();

        Assert.Equal(averaged, File.ReadAllBytes(_root["run/policy.safetensors"]));
    }

    [Fact]
    public void What_a_method_keeps_is_afterwards_what_it_was_to_the_bit()
    {
        // A step too short to move a weight: the old policy began as the adapter, and both must still agree.
        using (var run = Start("method=diffusion-nft", "adapter={ kind: full }", "optimizer.learning_rate=1e-30", "budget={ iterations: 1 }"))
            run.Run(CancellationToken.None);

        using var checkpoint = SafetensorsFile.Open(_root["run/checkpoints/00000001.safetensors"]);
        Assert.Equal(checkpoint.Bytes("parameters").ToArray(), checkpoint.Bytes("method.old").ToArray());
    }

    [Theory]
    [InlineData("echo 1; echo 1", "gave no score to 16 of 16")] // Too few lines: every picture fails.
    [InlineData("for i in $(seq 16); do echo 7; done", "gave 7 to all 16 probe pictures")]
    [InlineData("seq 16", "scored every probe picture, its negative and its blurred copy alike")]
    public void A_reward_that_cannot_teach_is_refused_before_anything_is_written(string script, string words)
    {
        string option = $$"""rewards=[{ name: command, command: [sh, -c, "{{script}}"] }]""";

        var fault = Assert.Throws<InputException>(() => Start(option));

        Assert.Contains("preflight: reward 'command'", fault.Message, StringComparison.Ordinal);
        Assert.Contains(words, fault.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_root["run"]));
    }

    [Theory]
    [InlineData("rollout.group_size=1", "the term 'surrogate' of the loss has no gradient, even for rewards drawn at random. A group of one has nothing to be compared with")]
    [InlineData("method.noise_scale=0", "method.noise_scale is 0, so that no step under 'kernel: flow-sde' has a log-probability to train.")]
    [InlineData("method.kernel=ode", "method.kernel is ode, which draws no noise")]
    [InlineData("method={ name: flow-grpo, kernel: cps, window: { size: 2, from: 1, to: 4 } }", "method.window.to is 4, but step 4 of 4 has no noise under 'kernel: cps'")]
    [InlineData("method={ name: flow-grpo, kernel: cps, noise_scale: 1.5 }", "method.noise_scale is 1.5, expected from 0 to 1 under 'kernel: cps'")]
    public void A_loss_that_teaches_nothing_is_refused_before_anything_is_written(string option, string words)
    {
        long before = Tensor.LiveCount;

        var fault = Assert.Throws<InputException>(() => Start(option));

        Assert.Contains(words, fault.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_root["run"]));
        Assert.Equal(before, Tensor.LiveCount);
    }

    [Fact]
    public void Damaged_weights_are_refused_before_anything_is_written()
    {
        string path = _root["model/transformer.safetensors"];
        using (Tensor.Scope())
            TensorFiles.Save(path, [.. TensorFiles.LoadAll(path).Select(entry => (entry.Name, entry.Value * (entry.Name.StartsWith("blocks.0", StringComparison.Ordinal) ? double.NaN : 1)))]);

        var fault = Assert.Throws<InputException>(() => Start());

        Assert.StartsWith("preflight: the gradient of the first update is not finite. Look at the model's weights", fault.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_root["run"]));
    }

    [Fact]
    public void A_useless_held_out_reward_is_a_warning_that_the_folder_keeps()
    {
        using (var run = Start("""heldout=[{ name: command, command: [sh, -c, "for i in $(seq 16); do echo 7; done"] }]""")) { }

        string expected = Assert.Single(_listener.Warnings, warning => warning.Contains("gave 7 to all", StringComparison.Ordinal));
        Assert.Equal(_listener.Warnings.Select(text => new RunRemark(0, text)), RemarkLog.Read(_root["run/remarks.jsonl"]));
        Assert.StartsWith("The reward 'command'", expected, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_killed_before_its_first_checkpoint_is_checked_and_remarked_on_again()
    {
        const string Constant = """heldout=[{ name: command, command: [sh, -c, "for i in $(seq 16); do echo 7; done"] }]""";
        using (var run = Start(Constant)) { }
        byte[] remarks = File.ReadAllBytes(_root["run/remarks.jsonl"]);

        using (var run = AlignmentRun.Resume(_root["run"], _listener, TimeProvider.System)) { }

        Assert.NotEmpty(remarks);
        Assert.Equal(remarks, File.ReadAllBytes(_root["run/remarks.jsonl"]));
    }
}
