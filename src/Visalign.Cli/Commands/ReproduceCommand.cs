using System.CommandLine;
using Visalign.Cli.Views;
using Visalign.Studies;

namespace Visalign.Cli.Commands;

/// <summary><c>visalign reproduce</c>: a recipe over several seeds, against its baselines.</summary>
internal static class ReproduceCommand
{
    internal static Verb Create(Terminal terminal)
    {
        var recipe = new Argument<string>("SLUG|RECIPE") { Description = "A paper's slug, as 'visalign papers' lists them, or the path of a recipe." };
        var seeds = NumberOption.Of("--seeds", 1, 1000, 5, "How many training seeds: the recipe's and those after it; 5 without it.");
        var folder = new Option<string?>("--out") { Description = "Where the runs and the summary go; what is there is gone on with. Without it, runs/reproduce-SLUG.", HelpName = "DIR" };
        var options = new AlignmentOptions();
        var verb = new Verb("reproduce", "Runs a recipe over several seeds, against the base at its best guidance, best-of-N and fine-tuning on the best.", "visalign reproduce flow-grpo --seeds 5")
        {
            recipe, seeds, folder, options.Seed, options.Set,
        };
        verb.SetAction(parsed => Run(terminal, ShippedRecipe.Find(parsed.GetRequiredValue(recipe), options.Overrides(parsed)), parsed.GetValue(folder), parsed.GetValue(seeds)));

        return verb;
    }

    private static int Run(Terminal terminal, ShippedRecipe recipe, string? folder, int seeds)
    {
        string path = folder ?? Path.Combine("runs", $"reproduce-{recipe.Name}");
        var title = new RunTitle(recipe.Name, Path.GetFileName(Path.TrimEndingDirectorySeparator(recipe.Recipe.Model)), recipe.Recipe.Rollout.Prompts * recipe.Recipe.Rollout.GroupSize);
        var summary = RunView.Show(terminal, title, observer => Reproduction.Run(path, recipe, seeds, observer, TimeProvider.System, terminal.Interrupted));
        terminal.Canvas().Write(ReproductionTable.Of(summary, Path.GetFullPath(path)));

        return ExitCode.Done;
    }
}
