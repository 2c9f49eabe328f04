using Visalign.Runs;

namespace Visalign.Tests.Runs;

public sealed class AlignmentRunTests : IDisposable
{
    private readonly TemporaryFolder _root = new();
    private readonly string _model;

    public AlignmentRunTests() => _model = TinyModel.Create(_root["model"]);

    public void Dispose() => _root.Dispose();

    private Recipe Recipe(params string[] overrides) => Visalign.Runs.Recipe.File.Parse(
        $$"""
        recipe: 1
        method: { name: flow-grpo, window: { size: 2, from: 0, to: 3 }, kl_coefficient: 0.04 }
        model: {{_model}}
        adapter: { kind: lora, rank: 2, alpha: 4 }
        rewards: [brightness]
        heldout: [contrast]
        rollout: { prompts: 3, group_size: 4, steps: 4, micro_batch: 5 }
        optimizer: { learning_rate: 0.01 }
        budget: { iterations: 4, checkpoint_every: 2 }
        """, "test.yaml", overrides);

    private AlignmentRun Start(string name, params string[] overrides) =>
        AlignmentRun.Create(_root[name], Recipe(overrides), new Silence(), TimeProvider.System);

    [Theory]
    [InlineData("method.start=independent")]
    [InlineData("method.start=shared")]
    [InlineData("method.start=prefix")]
    [InlineData("method.kernel=cps")]
    [InlineData("rollout.guidance_scale=3")]
    [InlineData("adapter={ kind: full }")]
    [InlineData("method.log_prob=sum")]
    [InlineData("method.deviation=group")]
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
    public void Advancing_in_parts_is_running_through_with_a_checkpoint_after_each_part()
    {
        using (var whole = Start("whole")) whole.Run(CancellationToken.None);
        using (var parts = Start("parts"))
        {
            parts.Advance(1, CancellationToken.None);
            Assert.True(File.Exists(_root["parts/checkpoints/00000001.safetensors"]));
            parts.Advance(1, CancellationToken.None);
            Assert.Equal(1, parts.Iteration);
            parts.Advance(9, CancellationToken.None);
            Assert.Equal(4, parts.Iteration);
            parts.SavePolicy();
        }

        Assert.Equal(File.ReadAllBytes(_root["whole/metrics.jsonl"]), File.ReadAllBytes(_root["parts/metrics.jsonl"]));
        Assert.Equal(File.ReadAllBytes(_root["whole/policy.safetensors"]), File.ReadAllBytes(_root["parts/policy.safetensors"]));
    }

    [Fact]
    public void Sheets_of_the_rollout_have_a_row_for_each_prompt()
    {
        using (var run = Start("run", "samples.every=2")) run.Run(CancellationToken.None);

        Assert.Equal(["000002.png", "000004.png"], Directory.EnumerateFiles(_root["run/samples"]).Select(Path.GetFileName).Order());
        var sheet = Visalign.Pictures.Png.Read(_root["run/samples/000002.png"]);
        Assert.Equal((3 * 66 + 2, 4 * 66 + 2), (sheet.Height, sheet.Width));
    }

    [Fact]
    public void A_reward_and_its_negative_pull_the_same_samples_apart()
    {
        // All weights, so that the output's own bias can move; the same seed, so that both see the same noise.
        string[] options = ["adapter={ kind: full }", "method.kl_coefficient=0", "rollout.group_size=8", "iterations=30"];
        using (var brighter = Start("brighter", [.. options, "rewards.0.weight=1"])) brighter.Run(CancellationToken.None);
        using (var darker = Start("darker", [.. options, "rewards.0.weight=-1"])) darker.Run(CancellationToken.None);

        var differences = Metrics("brighter").Zip(Metrics("darker"), (up, down) => up.Values["reward/brightness"] - down.Values["reward/brightness"]).ToList();

        Assert.Equal(0, differences[0]);
        Assert.All(differences.TakeLast(5), difference => Assert.True(difference > 0, $"{difference}"));
    }

    [Fact]
    public void A_watched_reward_is_noted_and_changes_nothing()
    {
        using (var watched = Start("watched")) watched.Run(CancellationToken.None);
        using (var alone = Start("alone", "heldout=[]")) alone.Run(CancellationToken.None);

        Assert.All(Metrics("watched"), line => Assert.True(line.Values.ContainsKey("heldout/contrast")));
        Assert.All(Metrics("alone"), line => Assert.False(line.Values.ContainsKey("heldout/contrast")));
        Assert.Equal(File.ReadAllBytes(_root["watched/policy.safetensors"]), File.ReadAllBytes(_root["alone/policy.safetensors"]));
    }

    [Theory]
    [InlineData("adapter.targets=[to_q]", "'to_q' matches no linear layer")]
    [InlineData("rewards=[]", "rewards: the recipe names none")]
    [InlineData("rewards=[{ name: symmetry, weight: 0 }]", "rewards: the weight of 'symmetry' is 0, so nothing is learned from it.")]
    [InlineData("optimizer.updates_per_iteration=4", "only 3 micro-batches")]
    [InlineData("prompts=nowhere.txt", "there is no file 'nowhere.txt'")]
    [InlineData("model=nowhere", "'nowhere' is neither a shipped model")]
    public void What_cannot_be_run_is_refused_before_a_folder_or_a_tensor_is_left(string option, string words)
    {
        long before = Tensor.LiveCount;

        var fault = Assert.Throws<InputException>(() => Start("run", option));

        Assert.Contains(words, fault.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_root["run"]));
        Assert.Equal(before, Tensor.LiveCount);
    }

    [Theory] // The model does not exist, so whoever looks for it first says so.
    [InlineData("file", "this is a file")]
    [InlineData("file/below/run", "cannot be made, since ")]
    [InlineData("begun", "there is a run in this folder already")]
    [InlineData("full", "is not empty")]
    [InlineData("/proc/run", "cannot be made (")]
    public void A_folder_that_cannot_be_used_is_refused_before_the_model_is_looked_for(string name, string words)
    {
        File.WriteAllText(_root["file"], "");
        Directory.CreateDirectory(_root["full/of/things"]);
        RunFolder.Create(_root["begun"], "recipe: 1\n", FakeTraining.Provenance).Dispose();

        Assert.Contains(words, Assert.Throws<InputException>(() => Start(name, "model=nowhere")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_finished_run_leaves_no_tensor_behind()
    {
        long before = Tensor.LiveCount;

        using (var run = Start("run")) run.Run(CancellationToken.None);

        Assert.Equal(before, Tensor.LiveCount);
    }

    private IReadOnlyList<IterationLine> Metrics(string name) => IterationLog.Read(_root[name + "/metrics.jsonl"]);

    private sealed class Silence : IRunObserver
    {
        public void Opened(int pictures) { }
        public void Began(string what) { }
        public void Advanced(double share) { }
        public void Told(string sentence) { }
        public void Warned(string sentence) { }
        public void Iterated(long iteration, long iterations, IReadOnlyDictionary<string, double> metrics, double seconds) { }
        public void Evaluated(long iteration, double score, IReadOnlyDictionary<string, double> tasks) { }
    }
}
