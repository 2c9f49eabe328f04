using Visalign.Methods;
using Visalign.Records;
using Visalign.Rewards;
using Visalign.Runs;

namespace Visalign.Tests.Recipes;

public sealed class InputPathTests : IDisposable
{
    private readonly TemporaryFolder _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void Every_path_of_a_recipe_is_found_wherever_it_stands()
    {
        var recipe = new Recipe
        {
            Method = new WinnerTuning { Pairs = new() { Folder = "pairs" } }, Model = "model", Prompts = "prompts.txt",
            Rewards = [new TwoTowerOptions { Model = "tower" }], Heldout = [new StepPreferenceOptions { Model = "steps" }],
        };

        Assert.Equal(["model", "pairs", "prompts.txt", "steps", "tower"], InputPaths.Of(recipe).Order());
    }

    [Fact]
    public void Only_what_changes_is_another_record()
    {
        var rewards = new ValueListHolder { Items = [new() { Path = "a" }, new()] };

        var changed = InputPaths.Map(rewards, path => path + "!");

        Assert.Equal(new ValueListHolder { Items = [new() { Path = "a!" }, new()] }, changed);
        Assert.Equal("a", rewards.Items[0].Path);
        Assert.Same(rewards, InputPaths.Map(rewards, path => path));
    }

    [Fact]
    public void A_recipe_leads_to_the_same_files_from_every_folder_and_shipped_names_stay_names()
    {
        string relative = Path.GetRelativePath(Environment.CurrentDirectory, Directory.CreateDirectory(_root["pairs"]).FullName);
        var recipe = new Recipe { Method = new DiffusionDpo { Pairs = new() { Folder = relative } }, Model = "shapes32-flow", Rewards = [new TwoTowerOptions()] };

        var anchored = recipe.Anchored();

        Assert.Equal(_root["pairs"], ((DiffusionDpo)anchored.Method).Pairs.Folder);
        Assert.Equal(("shapes32-flow", "world", "shapes32-clip"), (anchored.Model, anchored.Prompts, ((TwoTowerOptions)anchored.Rewards[0]).Model));
        Assert.Equal([_root["pairs"], Visalign.Generators.ModelFolder.Find("shapes32-clip")], anchored.Data());
    }

    private sealed record Item
    {
        [InputPath]
        public string? Path { get; init; }
    }

    private sealed record ValueListHolder
    {
        public ValueList<Item> Items { get; init; } = [];
    }
}
