using Visalign.Runs;

namespace Visalign.Tests.Runs;

public sealed class PairRunTests : IDisposable
{
    private readonly TemporaryFolder _root = new();

    public PairRunTests()
    {
        TinyModel.CreateDiffusion(_root["model"]);
        TinyPairs.Create(_root["pairs"]);
    }

    public void Dispose() => _root.Dispose();

    private Recipe Recipe(params string[] overrides) => Visalign.Runs.Recipe.File.Parse(
        $$"""
        recipe: 1
        method: { name: diffusion-dpo, pairs: { folder: {{_root["pairs"]}} } }
        model: {{_root["model"]}}
        adapter: { kind: lora, rank: 2, alpha: 4, targets: [to_q, to_v] }
        rollout: { prompts: 2, group_size: 2 }
        optimizer: { learning_rate: 0.01 }
        budget: { iterations: 3, checkpoint_every: 1 }
        """, "test.yaml", overrides);

    [Theory]
    [InlineData("method.beta=5000")]
    [InlineData("method={ name: diffusion-dpo, beta: 100 }", "rewards=[brightness]")]
    public void The_first_loss_is_ln_2_and_the_preflight_says_so(params string[] options)
    {
        var listener = new Listener();

        using (var run = AlignmentRun.Create(_root["run"], Recipe(options), listener, TimeProvider.System)) run.Run(CancellationToken.None);

        Assert.Contains(listener.Sentences, sentence => sentence.Contains("while the policy is its base the loss is 0.6931, as it must be", StringComparison.Ordinal));
        var lines = IterationLog.Read(_root["run/metrics.jsonl"]);
        Assert.Equal(Math.Log(2), lines[0].Values["loss/sum"], 1e-6);
        Assert.Equal(0.5, lines[0].Values["preference/accuracy"]);
        Assert.NotEqual(Math.Log(2), lines[2].Values["loss/sum"], 1e-6);
    }

    [Fact]
    public void A_run_over_a_folder_goes_on_to_the_byte_and_not_at_all_where_the_folder_has_changed()
    {
        using (var whole = AlignmentRun.Create(_root["whole"], Recipe(), new Listener(), TimeProvider.System)) whole.Run(CancellationToken.None);
        foreach (string name in (string[])["broken", "changed"])
            using (var part = AlignmentRun.Create(_root[name], Recipe(), new Listener(), TimeProvider.System)) part.Advance(1, CancellationToken.None);

        using (var rest = AlignmentRun.Resume(_root["broken"], new Listener(), TimeProvider.System)) rest.Run(CancellationToken.None);
        File.AppendAllText(_root["pairs/metadata.jsonl"], "\n");
        var fault = Assert.Throws<InputException>(() => AlignmentRun.Resume(_root["changed"], new Listener(), TimeProvider.System));

        Assert.Equal(File.ReadAllBytes(_root["whole/metrics.jsonl"]), File.ReadAllBytes(_root["broken/metrics.jsonl"]));
        Assert.Equal(File.ReadAllBytes(_root["whole/policy.safetensors"]), File.ReadAllBytes(_root["broken/policy.safetensors"]));
        Assert.Contains("data's SHA-256", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pictures_of_a_folder_are_neither_judged_nor_counted()
    {
        using var run = AlignmentRun.Create(_root["run"], Recipe(), new Listener(), TimeProvider.System);

        run.Run(CancellationToken.None);

        Assert.Equal(0, run.RewardCalls);
        Assert.DoesNotContain(IterationLog.Read(_root["run/metrics.jsonl"])[0].Values.Keys, name => name.StartsWith("reward/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("heldout=[contrast]", "heldout: the method learns from pictures of a folder")]
    [InlineData("rollout.steps=2", "'steps' and 'shift' are of sampling")]
    [InlineData("method.pairs.folder=null", "rewards: the recipe names none")]
    public void What_a_folder_makes_meaningless_is_refused_before_anything_is_written(string option, string sentence)
    {
        var fault = Assert.Throws<InputException>(() => AlignmentRun.Create(_root["run"], Recipe(option), new Listener(), TimeProvider.System));

        Assert.Contains(sentence, fault.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_root["run"]));
    }
}
