using System.Text.Json.Nodes;
using Visalign.Runs;
using Visalign.Studies;
using Visalign.Tests.Runs;

namespace Visalign.Tests.Studies;

public sealed class ReproductionTests : IDisposable
{
    private readonly TemporaryFolder _root = new();
    private readonly ShippedRecipe _recipe;

    public ReproductionTests() =>
        _recipe = new("tiny", Recipe.File.Parse(TinyModel.Recipe(TinyModel.Create(_root["model"])), "tiny.yaml", ["iterations=2", "evaluation.every=1"]));

    public void Dispose() => _root.Dispose();

    private ReproductionSummary Run(ShippedRecipe recipe) => Reproduction.Run(_root["out"], recipe, 2, new Listener(), TimeProvider.System, CancellationToken.None);

    [Fact]
    public void It_faces_the_base_best_of_n_and_fine_tuning_with_every_seed()
    {
        var summary = Run(_recipe);

        Assert.Equal([SystemRole.Base, SystemRole.Baseline, SystemRole.Baseline, SystemRole.Aligned], summary.Systems.Select(system => system.Role));
        Assert.Equal(2, summary.Seeds.Count);
        Assert.All(summary.Systems, system => Assert.Equal(2, system.ScoreOfSeeds.Count));
        Assert.Equal(0, summary.Systems[0].Gain.Value);
        Assert.Equal(summary.Systems[2].RewardCalls, summary.Systems[3].RewardCalls);
        Assert.True(summary.Systems[1].RewardCalls >= 4 * summary.Systems[0].Evaluations[0].Prompts);
        Assert.All(summary.Systems, system => Assert.Equal(system.ScoreOfSeeds.Average(), system.Score.Value, 12));
        var json = JsonNode.Parse(File.ReadAllText(_root["out/summary.json"]))!;
        Assert.Equal("aligned", json["systems"]![3]!["role"]!.GetValue<string>());
        Assert.Contains("best of", File.ReadAllText(_root["out/report.html"]), StringComparison.Ordinal);
    }

    [Fact]
    public void The_base_is_measured_once_for_all_runs()
    {
        List<string> parts = [];

        Reproduction.Run(_root["out"], _recipe, 2, new Listener { Part = parts.Add }, TimeProvider.System, CancellationToken.None);

        Assert.Single(parts, "measuring the base");
        Assert.Equal(4, parts.Count(part => part == "measuring the result"));
    }

    [Fact]
    public void Going_on_repeats_no_run_and_gives_the_same_scores()
    {
        var first = Run(_recipe);
        var written = File.GetLastWriteTimeUtc(_root["out/best-of-group-tuning-" + first.Seeds[1] + "/report.html"]);

        var again = Run(_recipe);

        Assert.Equal(written, File.GetLastWriteTimeUtc(_root["out/best-of-group-tuning-" + first.Seeds[1] + "/report.html"]));
        Assert.Equal(first.Systems.Select(system => system.Score), again.Systems.Select(system => system.Score));
    }

    [Fact]
    public void A_folder_with_runs_of_another_recipe_is_refused()
    {
        Run(_recipe);

        var refusal = Assert.Throws<InputException>(() => Run(_recipe with { Recipe = _recipe.Recipe with { Optimizer = _recipe.Recipe.Optimizer with { LearningRate = 0.5 } } }));

        Assert.Contains("another recipe", refusal.Message, StringComparison.Ordinal);
    }
}
