using System.Text.Json.Nodes;
using System.Xml.Linq;
using Visalign.Reports;
using Visalign.Runs;
using Visalign.Studies;
using Visalign.Tests.Oracles;
using Visalign.Tests.Runs;

namespace Visalign.Tests.Studies;

public sealed class ArenaTests : IDisposable
{
    private readonly TemporaryFolder _root = new();
    private readonly string _model;

    public ArenaTests()
    {
        _model = TinyModel.Create(_root["model"], contrast: 2);
        Write("tiny", "{ name: flow-grpo, window: { size: 2, from: 0, to: 3 }, kl_coefficient: 0.04 }", "[{ name: exact, mode: soft }]", "{ prompts: 3, group_size: 4, steps: 4, micro_batch: 6 }", iterations: 2);
        Write("nft", "{ name: diffusion-nft, timestep_share: 0.5 }", "[brightness]", "{ prompts: 2, group_size: 5, steps: 2, guidance_scale: 2, micro_batch: 6 }", iterations: 9);
    }

    public void Dispose() => _root.Dispose();

    private void Write(string name, string method, string rewards, string rollout, int iterations) => File.WriteAllText(_root[name + ".yaml"],
        $$"""
        recipe: 1
        method: {{method}}
        model: {{_model}}
        adapter: { kind: lora, rank: 2, alpha: 4 }
        rewards: {{rewards}}
        heldout: [contrast]
        rollout: {{rollout}}
        optimizer: { learning_rate: 0.01 }
        budget: { iterations: {{iterations}}, checkpoint_every: 1 }
        evaluation: { every: 1, prompts: 12, curve_prompts: 6, tuning_prompts: 6, steps: 2 }
        """);

    private ArenaPlan Alone(params string[] overrides) => ArenaPlan.OfOne(ShippedRecipe.Find(_root["tiny.yaml"], overrides), TimeProvider.System);

    private ArenaPlan Both(params string[] overrides) => Of(["tiny", "nft"], null, overrides);

    private ArenaPlan Of(string[] names, long? budget = null, params string[] overrides) =>
        ArenaPlan.OnCommonGround([.. names.Select(name => File.Exists(_root[name + ".yaml"]) ? _root[name + ".yaml"] : name)], overrides, budget, TimeProvider.System);

    private ArenaSummary Run(ArenaPlan plan, string name = "out", int seeds = 2, IRunObserver? observer = null, CancellationToken stop = default) =>
        Arena.Run(_root[name], plan, seeds, observer ?? new Listener(), TimeProvider.System, stop);

    private XElement Page(string name = "out") => XDocument.Parse(File.ReadAllText(_root[name + "/report.html"]).Replace("<!DOCTYPE html>", "", StringComparison.Ordinal)).Root!;

    [Fact]
    public void A_reproduction_faces_the_base_best_of_n_and_fine_tuning_with_every_seed()
    {
        var summary = Run(Alone());

        Assert.Equal([SystemRole.Base, SystemRole.Baseline, SystemRole.Baseline, SystemRole.Aligned], summary.Systems.Select(system => system.Role));
        Assert.Equal([42L, 43], summary.Seeds);
        Assert.All(summary.Systems, system => Assert.Equal(2, system.ScoreOfSeeds.Count));
        Assert.Equal(0, summary.Systems[0].Gain.Value);
        Assert.Equal((24, 24), (summary.Systems[2].RewardCalls, summary.Systems[3].RewardCalls));
        Assert.Equal(4 * 12, summary.Systems[1].RewardCalls);
        Assert.All(summary.Systems, system => Assert.Equal(system.ScoreOfSeeds.Average(), system.Score.Value, 12));
        var json = JsonNode.Parse(File.ReadAllText(_root["out/summary.json"]))!;
        Assert.Equal("aligned", json["systems"]![3]!["role"]!.GetValue<string>());
        Assert.Contains("best of", File.ReadAllText(_root["out/report.html"]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_recipe_of_several_updates_is_reproduced_against_fine_tuning_of_as_many()
    {
        var plan = Alone("optimizer.updates_per_iteration=2");

        var summary = Run(plan, seeds: 1);

        Assert.All(plan.Contestants, one => Assert.Equal(2, one.Recipe.Optimizer.UpdatesPerIteration));
        Assert.Equal(4, summary.Systems.Count);
    }

    [Fact]
    public void The_base_is_measured_once_for_all_runs()
    {
        List<string> parts = [];

        Run(Both(), observer: new Listener { Part = parts.Add });

        Assert.Single(parts, "measuring the base");
        Assert.Single(parts, "choosing the guidance scale of the base");
        Assert.Equal(6, parts.Count(part => part == "measuring the result"));
    }

    [Fact]
    public void All_stand_on_the_ground_of_the_first_and_keep_what_is_their_own()
    {
        var plan = Both();

        Assert.Equal(["tiny", "nft", "best-of-group-tuning"], plan.Contestants.Select(one => one.Name));
        var (first, second) = (plan.Contestants[0].Recipe, plan.Contestants[1].Recipe);
        Assert.Equal(first.Rewards, second.Rewards);
        Assert.Equal((5, 2, 2.0), (second.Rollout.GroupSize, second.Rollout.Steps, second.Rollout.GuidanceScale));
        Assert.All(plan.Contestants, one => Assert.Equal(CurveGuidance.Best, one.Recipe.Evaluation.CurveGuidance));
        Assert.Equal(CurveGuidance.Rollout, Both("evaluation.curve_guidance=rollout").Contestants[1].Recipe.Evaluation.CurveGuidance);
        Assert.Equal(CurveGuidance.Rollout, Alone().Contestants[0].Recipe.Evaluation.CurveGuidance);
        // An option of the first one's reward is no fault of the others.
        Assert.Equal(Both("rewards.0.mode=strict").Contestants[0].Recipe.Rewards, Both("rewards.0.mode=strict").Contestants[1].Recipe.Rewards);
    }

    // By hand: an iteration of the first has 3 x 4 = 12 pictures judged, of the second 2 x 5 = 10.
    [Theory]
    [InlineData(null, 2, 1, 2, 1)]    // 24 pictures: 2 x 12, 2.4 x 10
    [InlineData(65L, 5, 3, 7, 4)]     // 5.4 x 12, 6.5 x 10 rounded up; 2 points on the way as in the first recipe
    [InlineData(1L, 1, 1, 1, 1)]      // never fewer than one
    public void Iterations_follow_from_the_pictures_judged(long? budget, int first, int everyFirst, int second, int everySecond)
    {
        var plan = Of(["tiny", "nft"], budget);

        Assert.Equal([(first, everyFirst), (second, everySecond), (first, everyFirst)], plan.Contestants.Select(one => (one.Recipe.Budget.Iterations, one.Recipe.Evaluation.Every)));
        Assert.Equal([12L * first, 10L * second, 12L * first], plan.Contestants.Select(one => one.RewardCalls));
    }

    [Fact]
    public void Pictures_judged_on_the_way_are_of_the_budget_and_a_run_spends_what_the_plan_says()
    {
        Write("siblings", "{ name: spo, children: 3, first_step: 1, threshold: 0, score_scale: 50 }", "[contrast]", "{ prompts: 2, group_size: 2, steps: 4 }", iterations: 1);
        Write("gradient", "{ name: draft, resamples: 2 }", "[brightness]", "{ prompts: 2, group_size: 2, steps: 2 }", iterations: 1);

        var plan = Of(["siblings", "gradient"], 60, "rewards=[contrast]");
        var summary = Run(plan, seeds: 1);

        Assert.Equal([4 + 4 * 2 * 3, 4 * 3, 4], plan.Contestants.Select(one => one.JudgedPerIteration));
        Assert.Equal([2, 5, 15], plan.Contestants.Select(one => one.Recipe.Budget.Iterations));
        Assert.Empty(summary.Failures);
        Assert.Equal([56, 60, 60], plan.Contestants.Select(one => summary.Systems.Single(system => system.Name == one.Words).RewardCalls!.Value));
    }

    [Fact]
    public void The_page_has_every_part_and_every_seed()
    {
        var summary = Run(Both());

        Assert.Equal(["base", "best of 4 from the base", "fine-tuning on the best of each group", "tiny", "nft"], summary.Systems.Select(system => system.Name));
        Assert.All(summary.Systems, system => Assert.NotNull(system.Reward));
        Assert.Equal(3, summary.Duels.Count);
        var page = Page();
        Assert.Equal(["pictures", "curves", "tasks", "comparison", "duels", "ground", "watchdog", "cost", "reproduce", "provenance"], page.Descendants("section").Attributes("id").Select(id => id.Value));
        string[] titles = [.. page.Descendants("h3").Select(title => title.Value)];
        Assert.All(["The exact score by pictures judged in training", "The exact score by network evaluations of the rollouts", "The exact score by seconds of training",
            "The exact score against the trained reward", "Trained reward of the rollouts", "Diversity within a prompt, of the rollouts", "contrast, watched and not trained on"], title => Assert.Contains(title, titles));
        // Three curves of two seeds in each of the panels, and two dots of seeds for each that was trained.
        Assert.All(["curve-1", "curve-2", "curve-3", "path-1"], id => Assert.Equal(6, Figure(page, id).Descendants("path").Count(path => Class(path).StartsWith("seed", StringComparison.Ordinal))));
        Assert.Equal(6, page.Descendants("circle").Count(circle => Class(circle) == "one-seed"));
        Assert.Contains("visalign arena --methods", page.Value, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", page.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void The_curves_end_at_what_a_training_took_and_begin_at_the_base()
    {
        var summary = Run(Both(), seeds: 1);

        foreach (string name in (string[])["tiny-42", "nft-42"])
        {
            var curve = EvaluationFolder.Curve(_root[$"out/{name}"]);
            var cost = KeptRun.Open(_root[$"out/{name}"]).Cost();
            Assert.Equal((new RunCost(0, 0), cost), (curve[0].Spent, curve[^1].Spent));
            Assert.Equal(summary.Systems[0].Evaluations[0].Scores.Take(6), curve[0].Scores);
            Assert.Equal(summary.Systems[0].GuidanceOfSeeds[0], curve[0].GuidanceScale);
            Assert.Equal(EvaluationFolder.Get<GuidanceChoice>(_root[$"out/{name}"], "000001-guidance").Best, curve[1].GuidanceScale);
            Assert.All(curve, kept => Assert.InRange(kept.Reward!.Value, 0, 1));
        }
    }

    [Fact]
    public void Going_on_repeats_nothing_and_gives_the_same_summary_and_page_to_the_byte()
    {
        Run(Both());
        var before = Contents();

        Run(Both(), observer: new Listener { Part = part => Assert.Equal("drawing the report", part) });

        Assert.Equal(before, Contents());
    }

    [Fact]
    public void Stopped_it_says_how_to_go_on_and_ends_as_if_it_had_not_been()
    {
        var whole = Run(Both(), "whole");
        using var stop = new CancellationTokenSource();
        int iterations = 0;

        var stopped = Assert.Throws<RunInterruptedException>(() => Run(Both(), observer: new Listener { Iteration = _ => { if (++iterations == 3) stop.Cancel(); } }, stop: stop.Token));
        Assert.Equal("Interrupted after 1 of 6 runs; nothing is lost. Go on with the same command.", stopped.Message);
        Assert.False(File.Exists(_root["out/summary.json"]));
        var rest = Run(Both());

        Assert.Equal(Timeless(whole), Timeless(rest));
    }

    [Fact]
    public void A_run_that_fails_is_told_of_leaves_the_others_alone_and_is_tried_again_by_the_next_call()
    {
        var whole = Run(Both(), "whole");
        int iterations = 0;
        var crashing = new Listener { Iteration = _ => { if (++iterations == 3) throw new InvalidOperationException("the judge's wig fell off\nand rolled away"); } };

        var broken = Run(Both(), observer: crashing);

        Assert.Equal([new FailedRun("nft", 42, "InvalidOperationException: the judge's wig fell off")], broken.Failures);
        Assert.Equal([42L, 43], broken.Systems.Single(system => system.Name == "tiny").Seeds);
        Assert.Equal([43L], broken.Systems.Single(system => system.Name == "nft").Seeds);
        Assert.Contains("nft, seed 42, did not end: InvalidOperationException: the judge's wig fell off", crashing.Warnings);
        Assert.Contains("nft, seed 42, did not end: ", Page().Descendants("section").Single(section => section.Attribute("id")?.Value == "failures").Value, StringComparison.Ordinal);
        Assert.Equal("nft", JsonNode.Parse(File.ReadAllText(_root["out/summary.json"]))!["failures"]![0]!["name"]!.GetValue<string>());
        var finished = File.GetLastWriteTimeUtc(_root["out/tiny-42/report.html"]);

        var mended = Run(Both());

        Assert.Empty(mended.Failures);
        Assert.Equal(Timeless(whole), Timeless(mended));
        Assert.Equal(finished, File.GetLastWriteTimeUtc(_root["out/tiny-42/report.html"]));
        Assert.True(File.ReadAllBytes(_root["whole/nft-42/metrics.jsonl"]).SequenceEqual(File.ReadAllBytes(_root["out/nft-42/metrics.jsonl"])));
    }

    [Fact]
    public void A_run_that_the_watchdog_stops_or_whose_folder_is_taken_is_one_that_fails()
    {
        File.AppendAllText(_root["tiny.yaml"], "\nwatchdog: { stop: true, window: 2, max_kl: 1.0e-12 }\n");
        Directory.CreateDirectory(_root["out/nft-42"]);
        File.WriteAllText(_root["out/nft-42/thesis.tex"], "years of work");

        var summary = Run(Both(), seeds: 1);

        Assert.Equal(["tiny", "nft"], summary.Failures.Select(failure => failure.Name));
        Assert.Contains("The watchdog stopped the run", summary.Failures[0].Reason, StringComparison.Ordinal);
        Assert.Contains("not empty", summary.Failures[1].Reason, StringComparison.Ordinal);
        Assert.Equal(["base", "best of 4 from the base", "fine-tuning on the best of each group"], summary.Systems.Select(system => system.Name));
        Assert.False(File.Exists(_root["out/report.html"]), "without a method there is nothing to draw");
        // Called again, a run goes on in spite of the watchdog.
        summary = Run(Both(), seeds: 1);
        Assert.Equal(["nft"], summary.Failures.Select(failure => failure.Name));
        Assert.Contains("tiny", summary.Systems.Select(system => system.Name));
        Assert.True(File.Exists(_root["out/report.html"]));
        Assert.Equal("years of work", File.ReadAllText(_root["out/nft-42/thesis.tex"]));
    }

    [Fact]
    public void A_method_that_joins_finds_the_runs_of_the_others_done()
    {
        Run(Of(["tiny"]), seeds: 1);
        List<string> told = [];

        Run(Both(), seeds: 1, observer: new Listener { Part = told.Add });

        Assert.Equal(1, told.Count(part => part == "measuring the result"));
    }

    [Theory]
    [InlineData("optimizer.learning_rate=0.5")]
    [InlineData("model=MODEL")]
    public void A_folder_with_runs_of_another_recipe_is_refused(string change)
    {
        Run(Alone(), seeds: 1);

        var refusal = Assert.Throws<InputException>(() => Run(Alone(change.Replace("MODEL", TinyModel.Create(_root["other"]), StringComparison.Ordinal)), seeds: 1));

        Assert.Contains("another recipe", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Who_cannot_compete_on_the_ground_is_refused_before_anything_runs()
    {
        Write("gradient", "draft", "[brightness]", "{ prompts: 2, group_size: 2, steps: 2 }", iterations: 1);
        Write("tokens", "ar-grpo", "[brightness]", "{ prompts: 2, group_size: 2 }", iterations: 1);
        Write("pairs", $"{{ name: diffusion-dpo, pairs: {{ folder: {_root["pairs"]} }} }}", "[brightness]", "{ prompts: 2, group_size: 2, steps: 2 }", iterations: 1);

        Assert.StartsWith("gradient cannot compete here: rewards: 'exact' has no gradient", Refusal("tiny", "gradient"), StringComparison.Ordinal);
        Assert.StartsWith("tokens cannot compete here: method: it trains models that draw tokens", Refusal("tiny", "tokens"), StringComparison.Ordinal);
        Assert.StartsWith("pairs: it learns from the pairs of a folder, and here all learn from the same rewards.", Refusal("tiny", "pairs"), StringComparison.Ordinal);
        Assert.StartsWith("--methods: 'tiny' is there twice.", Refusal("tiny", "nft", "tiny"), StringComparison.Ordinal);
        Assert.StartsWith("--methods: found none", Refusal(), StringComparison.Ordinal);
        Assert.Equal(3, Of(["gradient", "tiny"]).Contestants.Count);
    }

    [Fact]
    public void A_model_that_does_not_draw_the_world_is_examined_by_the_trained_reward()
    {
        string model = Path.Combine(OracleRoot.Path, "io-pipeline-sd15", "model");

        var summary = Run(Of(["tiny", "nft"], null, $"model={model}", "rewards=[brightness]"), seeds: 1);

        Assert.Empty(summary.Failures);
        Assert.All(summary.Systems, system => Assert.Equal("trained reward", system.Evaluations[0].Metric));
        Assert.All(summary.Systems, system => Assert.Equal(system.Score.Value, system.Reward!.Value, 9));
        Assert.True(summary.Systems[1].Score.Value > summary.Systems[0].Score.Value, "the best of several has a higher reward than one");
        Assert.Null(Page().Descendants("figure").SingleOrDefault(figure => figure.Attribute("id")?.Value == "path-1"));
    }

    [Fact]
    public void Pictures_that_a_judge_fails_on_are_left_out_of_what_is_measured()
    {
        // The first picture of a batch gets no score, the others one each.
        File.WriteAllText(_root["judge.sh"], """
            echo '{"error": "no such thing in sight"}'
            for picture in $(ls "$1" | grep png | tail -n +2); do cksum < "$1/$picture" | cut -c1-3; done
            """);
        var log = new Listener();

        var summary = Run(Of(["tiny"], null, $"model={Path.Combine(OracleRoot.Path, "io-pipeline-sd15", "model")}", $"rewards=[{{ name: command, command: [sh, {_root["judge.sh"]}] }}]",
            "failures.max_failure_share=0.9"), seeds: 1, observer: log);

        Assert.Empty(summary.Failures);
        Assert.All(summary.Systems, system => Assert.Equal(1, system.Evaluations[0].Unscored));
        Assert.All(summary.Systems, system => Assert.Equal(system.Evaluations[0].Scores.Skip(1).Average(), system.Score.Value, 9));
        Assert.Contains(log.Warnings, warning => warning.StartsWith("measuring the result: 1 of ", StringComparison.Ordinal));
        Assert.Contains("have no score", File.ReadAllText(Directory.EnumerateFiles(_root["out"], "report.html", SearchOption.AllDirectories).First(file => file != _root["out/report.html"])), StringComparison.Ordinal);
    }

    [Fact]
    public void What_asks_for_a_study_once_more_names_the_recipe_and_every_override() =>
        Assert.Equal($"visalign reproduce {_root["tiny.yaml"]} --set 'group_size=3' --set 'budget.iterations=2'", Alone("group_size=3", "budget.iterations=2").Command);

    private string Refusal(params string[] names) => Assert.Throws<InputException>(() => Of(names)).Message;

    // Wall times differ from call to call; all else does not.
    private static string Timeless(ArenaSummary summary) => (summary with { Systems = [.. summary.Systems.Select(system => system with { Seconds = null })] }).ToJson();

    private Dictionary<string, string> Contents() => Directory.EnumerateFiles(_root["out"], "*", SearchOption.AllDirectories)
        .ToDictionary(file => file, file => $"{(Path.GetDirectoryName(file) == _root["out"] ? "" : File.GetLastWriteTimeUtc(file).ToString("O"))} {ContentHash.Of(file)}");

    private static XElement Figure(XElement page, string id) => page.Descendants("figure").Single(figure => figure.Attribute("id")?.Value == id);

    private static string Class(XElement element) => element.Attribute("class")?.Value ?? "";
}
