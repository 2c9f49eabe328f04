using Visalign.Runs;
using Visalign.Studies;
using Visalign.Tests.Runs;
using Visalign.Worlds;

namespace Visalign.Tests.Studies;

public sealed class AlignmentStudyTests : IDisposable
{
    private static readonly string[] Kept = ["metrics.jsonl", "policy.safetensors", "checkpoints/00000007.safetensors", "samples/000003.png", "samples/000006.png",
        .. new[] { "base-guidance", "base", "000000", "000003", "000006", "000007", "result-guidance", "result" }.Select(name => $"evaluations/{name}.json")];

    private readonly TemporaryFolder _root = new();
    private readonly string _model;

    public AlignmentStudyTests() => _model = TinyModel.Create(_root["model"], contrast: 2);

    public void Dispose() => _root.Dispose();

    private Recipe Recipe(params string[] overrides) => Visalign.Runs.Recipe.File.Parse(TinyModel.Recipe(_model), "tiny.yaml", overrides);

    private AlignmentResult Start(string name, Listener listener, params string[] overrides) =>
        AlignmentStudy.Start(_root[name], Recipe(overrides), listener, TimeProvider.System, listener.Stop.Token);

    private AlignmentResult Resume(string name, Listener listener) => AlignmentStudy.Resume(_root[name], listener, TimeProvider.System, listener.Stop.Token);

    [Fact]
    public void It_measures_before_during_and_after_and_keeps_all_of_it()
    {
        var listener = new Listener();

        var result = Start("run", listener);

        Assert.Equal([0, 3, 6, 7], listener.Evaluations);
        Assert.All(Kept, file => Assert.True(File.Exists(_root["run/" + file]), file));
        Assert.Equal((_root["run"], _root["run/report.html"]), (result.Run, result.Report));
        Assert.True(result.Time > TimeSpan.Zero);
        Assert.Equal((0, 7), (result.Base.Iteration, result.Aligned.Iteration));
        var choice = EvaluationFolder.Get<GuidanceChoice>(_root["run"], "result-guidance");
        Assert.Equal(HeldOutEvaluation.GuidanceScales, choice.Scores.Select(score => score.GuidanceScale));
        Assert.Equal(choice.Best, result.Aligned.GuidanceScale);
        var curve = EvaluationFolder.Curve(_root["run"]);
        Assert.Equal([0, 3, 6, 7], curve.Select(kept => kept.Iteration));
        Assert.All(curve, kept => Assert.Equal((1, 6, 6), (kept.GuidanceScale, kept.Prompts, kept.Scores.Length)));
        Assert.NotEqual(curve[0].SoftScore, curve[^1].SoftScore);
    }

    [Fact]
    public void The_curve_begins_with_the_base_itself()
    {
        var result = Start("run", new(), "curve_prompts=12", "iterations=1");

        using var policy = Policy.OfModel(_model);
        using var scope = Tensor.Scope();
        var again = HeldOutEvaluation.Run(policy.Generator, policy.Generator.Base, PromptSplit.HeldOut, 12, steps: 2, guidanceScale: 1);
        Assert.True(again.SoftScore > 0);
        Assert.Equal(again.SoftScore, EvaluationFolder.Curve(result.Run)[0].SoftScore);
    }

    [Fact]
    public void Without_a_curve_only_the_ends_are_measured()
    {
        var listener = new Listener();

        Start("run", listener, "evaluation.every=0");

        Assert.Empty(listener.Evaluations);
        Assert.Equal(4, Directory.EnumerateFiles(_root["run/evaluations"]).Count());
    }

    [Theory]
    [InlineData("choosing the guidance scale of the base", 0)]
    [InlineData("measuring the base", 0)]
    [InlineData("iteration 1", 1)]
    [InlineData("measuring iteration 3", 3)]
    [InlineData("iteration 5", 5)]
    [InlineData("measuring iteration 7", 7)]
    [InlineData("measuring the result", 7)]
    public void Interrupted_and_gone_on_with_it_ends_as_an_unbroken_one_to_the_byte(string moment, long iteration)
    {
        Start("whole", new());
        var interrupted = Assert.Throws<RunInterruptedException>(() => Start("broken", new(stopAt: moment)));
        long[] earlier = [.. EvaluationFolder.Curve(_root["broken"]).Select(kept => kept.Iteration)];
        var rest = new Listener();

        Resume("broken", rest);

        Assert.Equal($"Interrupted after {iteration} of 7 iterations; nothing is lost. Go on with: visalign resume {_root["broken"]}", interrupted.Message);
        Assert.Equal([0, 3, 6, 7], rest.Evaluations);
        Assert.DoesNotContain(rest.Begun, part => earlier.Any(done => part == $"measuring iteration {done}"));
        Assert.All(Kept, file => Assert.True(File.ReadAllBytes(_root["whole/" + file]).AsSpan().SequenceEqual(File.ReadAllBytes(_root["broken/" + file])), file));
    }

    [Fact]
    public void A_finished_run_gone_on_with_measures_nothing_and_says_the_same()
    {
        var first = Start("run", new());
        var again = new Listener();

        var second = Resume("run", again);

        Assert.Equal(["drawing the report"], again.Begun);
        Assert.Equal(first.Base.Scores.Concat(first.Aligned.Scores), second.Base.Scores.Concat(second.Aligned.Scores));
        Assert.True(second.Time > TimeSpan.FromSeconds(0.9 * KeptRun.Open(_root["run"]).Timings.Sum(line => line.Values.Values.Sum())), "the time of the first part counts");
    }

    [Fact]
    public void A_longer_budget_in_the_recipe_of_the_folder_measures_the_longer_result()
    {
        Start("run", new());
        File.WriteAllText(_root["run/recipe.yaml"], File.ReadAllText(_root["run/recipe.yaml"]).Replace("iterations: 7", "iterations: 8", StringComparison.Ordinal));

        var result = Resume("run", new());

        Assert.Equal(8, result.Aligned.Iteration);
        Assert.Equal(8, EvaluationFolder.Get<GuidanceChoice>(_root["run"], "result-guidance").Iteration);
    }

    [Fact]
    public void What_the_iterations_done_were_trained_with_cannot_be_edited_afterwards()
    {
        Start("run", new());
        byte[] metrics = File.ReadAllBytes(_root["run/metrics.jsonl"]);
        Edit("iterations: 7", "iterations: 8");
        Edit("learning_rate: 0.01", "learning_rate: 0.02");
        Edit("kl_coefficient: 0.04", "kl_coefficient: 0.5");

        string sentence = Assert.Throws<InputException>(() => Resume("run", new())).Message;

        Assert.Equal($"{_root["run/recipe.yaml"]}: method.kl_coefficient is 0.5, but the run was begun with 0.04; optimizer.learning_rate is 0.02, but the run was begun with 0.01; "
            + "put them back, or begin another run with --out.", sentence);
        Assert.Equal(metrics, File.ReadAllBytes(_root["run/metrics.jsonl"]));
        Edit("learning_rate: 0.02", "learning_rate: 0.01");
        Edit("kl_coefficient: 0.5", "kl_coefficient: 0.04");
        Assert.Equal(8, Resume("run", new()).Aligned.Iteration);
    }

    [Fact]
    public void What_is_measured_and_told_meanwhile_and_where_the_model_lies_may_be_edited()
    {
        Assert.Throws<RunInterruptedException>(() => Start("run", new(stopAt: "iteration 2")));
        Edit("max_kl: 0.1", "max_kl: 9.0");
        Edit("max_failure_share: 0.05", "max_failure_share: 0.5");
        Edit("checkpoint_every: 2", "checkpoint_every: 3");
        Directory.Move(_model, _root["moved"]);
        Edit(_model, _root["moved"]);

        Assert.Equal(7, Resume("run", new()).Aligned.Iteration);
    }

    [Fact]
    public void A_run_of_a_program_that_did_not_keep_the_recipe_still_goes_on()
    {
        Assert.Throws<RunInterruptedException>(() => Start("run", new(stopAt: "iteration 2")));
        string file = _root["run/provenance.json"];
        File.WriteAllText(file, (Provenance.FromJson(file, File.ReadAllText(file)) with { Recipe = null }).ToJson());
        Assert.DoesNotContain("\"recipe\"", File.ReadAllText(file), StringComparison.Ordinal);

        Assert.Equal(7, Resume("run", new()).Aligned.Iteration);
    }

    private void Edit(string from, string to)
    {
        string file = _root["run/recipe.yaml"], text = File.ReadAllText(file);
        Assert.Contains(from, text, StringComparison.Ordinal);
        File.WriteAllText(file, text.Replace(from, to, StringComparison.Ordinal));
    }

    [Fact]
    public void The_report_is_drawn_from_the_folder_alone()
    {
        var result = Start("run", new());

        string page = AlignmentReport.Draw(KeptRun.Open(_root["run"]));

        Assert.Equal(File.ReadAllText(result.Report), page);
        Assert.Contains("Flow-GRPO on model", page, StringComparison.Ordinal);
        Assert.Equal(24, page.Split("data:image/png;base64,").Length - 1);
        Assert.Contains("Judges that were watched, not trained on", page, StringComparison.Ordinal);
        Assert.Contains("<div class=\"card\"><dt>Reward calls</dt><dd>84</dd></div>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Remarks_of_the_watchdog_are_in_the_report()
    {
        Start("run", new());
        File.WriteAllText(_root["run/remarks.jsonl"], """{"iteration":4,"text":"Diversity falls."}""" + "\n");

        Assert.Contains("Diversity falls.", AlignmentReport.Draw(KeptRun.Open(_root["run"])), StringComparison.Ordinal);
    }

    [Fact]
    public void An_unfinished_run_has_no_report_yet()
    {
        Assert.Throws<RunInterruptedException>(() => Start("run", new(stopAt: "iteration 2")));

        Assert.Contains("visalign resume", Assert.Throws<InputException>(() => AlignmentReport.Draw(KeptRun.Open(_root["run"]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_evaluation_is_named_with_what_to_do()
    {
        Start("run", new());
        File.WriteAllText(_root["run/evaluations/base.json"], "{");

        string sentence = Assert.Throws<InputException>(() => Resume("run", new())).Message;

        Assert.StartsWith(_root["run/evaluations/base.json"] + ": not an evaluation (", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_given_by_a_relative_path_is_found_from_everywhere()
    {
        string relative = Path.GetRelativePath(Directory.GetCurrentDirectory(), _model);

        Start("run", new(), $"model={relative}", "iterations=1");

        Assert.Equal(_model, KeptRun.Open(_root["run"]).Recipe.Model);
    }

    [Fact]
    public void A_full_disk_ends_it_with_a_sentence_that_names_the_last_good_checkpoint()
    {
        // A folder in the place of the next sheet of pictures refuses to be replaced by a file, as a full disk would.
        var listener = new Listener(at: "iteration 5", act: () => Directory.CreateDirectory(_root["run/samples/000006.png/in the way"]));

        string sentence = Assert.Throws<InputException>(() => Start("run", listener)).Message;

        Assert.StartsWith($"{_root["run"]}: samples/000006.png could not be written (", sentence, StringComparison.Ordinal);
        Assert.EndsWith($"the last good checkpoint is of iteration 4 ({_root["run/checkpoints/00000004.safetensors"]}), so make room or mend the disk and go on with 'visalign resume {_root["run"]}'.", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_an_iteration_that_was_done_twice_the_second_time_counts()
    {
        Start("run", new(), "iterations=2");
        var before = KeptRun.Open(_root["run"]).TrainingTimes();

        File.AppendAllText(_root["run/timings.jsonl"], "{\"iteration\":2,\"processes/waiting\":3,\"seconds/reward\":20,\"seconds/rollout\":10,\"seconds/update\":30}\n{\"iteration\":2,\"seconds/evaluation\":500}\n");

        var after = KeptRun.Open(_root["run"]);
        Assert.Equal([1L, 2], after.TrainingTimes().Keys.Order());
        Assert.Equal(before[1], after.TrainingTimes()[1]);
        Assert.Equal(before[1].TotalSeconds + 60, after.TrainingTime.TotalSeconds, 3);
        Assert.True(after.WallTime > after.TrainingTime + TimeSpan.FromSeconds(500), "wall time counts everything");
    }

    [Fact]
    public void It_leaves_no_tensor_behind()
    {
        long before = Tensor.LiveCount;

        Start("run", new());
        Assert.Throws<RunInterruptedException>(() => Start("broken", new(stopAt: "measuring iteration 3")));

        Assert.Equal(before, Tensor.LiveCount);
    }

    private sealed class Listener(string? stopAt = null, string? at = null, Action? act = null) : IRunObserver
    {
        public CancellationTokenSource Stop { get; } = new();
        public List<string> Begun { get; } = [];
        public List<long> Evaluations { get; } = [];

        public void Opened(int pictures) { }

        public void Began(string what)
        {
            Begun.Add(what);
            Hear(what);
        }

        public void Advanced(double share) => Assert.InRange(share, 0, 1);
        public void Told(string sentence) { }
        public void Warned(string sentence) { }
        public void Iterated(long iteration, long iterations, IReadOnlyDictionary<string, double> metrics, double seconds) => Hear($"iteration {iteration}");
        public void Evaluated(long iteration, double score, IReadOnlyDictionary<string, double> tasks) => Evaluations.Add(iteration);

        private void Hear(string moment)
        {
            if (moment == stopAt) Stop.Cancel();
            if (moment == at) act!();
        }
    }
}
