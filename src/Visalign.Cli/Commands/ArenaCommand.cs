using System.CommandLine;
using Visalign.Cli.Views;
using Visalign.Studies;

namespace Visalign.Cli.Commands;

/// <summary><c>visalign arena</c>: several methods on one ground.</summary>
internal static class ArenaCommand
{
    internal static Verb Create(Terminal terminal)
    {
        var methods = new Option<string>("--methods")
        {
            Description = "Slugs of papers or paths of recipes, with commas between; the first one's model, rewards, prompts, evaluation and budget are the common ground.",
            HelpName = "A,B,C",
            Required = true,
        };
        var model = new Option<string?>("--model") { Description = "The base of all; short for --set model=M.", HelpName = "M" };
        var budget = NumberOption.Optional("--budget", 1L, 10_000_000L, "Pictures judged in each training, as near as whole iterations permit; without it, those of the first recipe.");
        var comparison = new ArenaOptions();
        var options = new AlignmentOptions();
        var verb = new Verb("arena", "Compares several methods on the same model, reward and number of pictures judged, over several seeds and against their baselines.", "visalign arena --methods flow-grpo,diffusion-nft --seeds 5")
        {
            methods, comparison.Seeds, budget, model, comparison.Out, options.Seed, options.Set, comparison.Json,
        };
        verb.SetAction(parsed =>
        {
            string[] names = parsed.GetRequiredValue(methods).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            string[] overrides = [.. options.Overrides(parsed), .. parsed.GetValue(model) is { } chosen ? new[] { $"model={chosen}" } : []];
            string first = Path.GetFileNameWithoutExtension(names.FirstOrDefault("")), folder = parsed.GetValue(comparison.Out) ?? Path.Combine("runs", $"arena-{first}");

            return comparison.Run(terminal, parsed, folder, clock => ArenaPlan.OnCommonGround(names, overrides, parsed.GetValue(budget), clock));
        });

        return verb;
    }
}
