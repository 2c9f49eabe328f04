using System.CommandLine;
using Visalign.Studies;

namespace Visalign.Cli.Commands;

/// <summary><c>visalign align</c>: the recipe of a paper or of a file, from its base to its report.</summary>
internal static class AlignCommand
{
    internal static Verb Create(Terminal terminal)
    {
        var recipe = new Argument<string>("SLUG|RECIPE") { Description = "A paper's slug, as 'visalign papers' lists them, or the path of a recipe." };
        var options = new AlignmentOptions();
        var verb = new Verb("align", "Aligns a model by a recipe, measures it before and after, and writes a report.", "visalign align flow-grpo --seed 1 --set iterations=20")
        {
            recipe, options.Out, options.Seed, options.Set, options.Processes, options.Json,
        };
        verb.SetAction(parsed => Alignment.Run(terminal, ShippedRecipe.Find(parsed.GetRequiredValue(recipe), options.Overrides(parsed)), options, parsed));

        return verb;
    }
}
