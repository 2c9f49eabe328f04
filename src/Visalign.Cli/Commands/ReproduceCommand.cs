using System.CommandLine;
using Visalign.Studies;

namespace Visalign.Cli.Commands;

/// <summary><c>visalign reproduce</c>: a recipe over several seeds, against its baselines.</summary>
internal static class ReproduceCommand
{
    internal static Verb Create(Terminal terminal)
    {
        var recipe = new Argument<string>("SLUG|RECIPE") { Description = "A paper's slug, as 'visalign papers' lists them, or the path of a recipe." };
        var comparison = new ArenaOptions();
        var options = new AlignmentOptions();
        var verb = new Verb("reproduce", "Runs a recipe over several seeds, against the base at its best guidance, best-of-N and fine-tuning on the best.", "visalign reproduce flow-grpo --seeds 5")
        {
            recipe, comparison.Seeds, comparison.Out, options.Seed, options.Set, comparison.Json,
        };
        verb.SetAction(parsed =>
        {
            var shipped = ShippedRecipe.Find(parsed.GetRequiredValue(recipe), options.Overrides(parsed));

            return comparison.Run(terminal, parsed, parsed.GetValue(comparison.Out) ?? Path.Combine("runs", $"reproduce-{shipped.Name}"), clock => ArenaPlan.OfOne(shipped, clock));
        });

        return verb;
    }
}
