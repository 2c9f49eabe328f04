using System.CommandLine;
using Visalign.Cli.Views;
using Visalign.Studies;

namespace Visalign.Cli.Commands;

/// <summary>What every command that compares over seeds can be told, and how it runs.</summary>
internal sealed class ArenaOptions
{
    internal Option<int> Seeds { get; } = NumberOption.Of("--seeds", 1, 1000, 5, "How many training seeds: the recipe's and those after it; 5 without it.");

    internal Option<string?> Out { get; } = new("--out")
    {
        Description = "Where the runs, the summary and the report go; what is there is gone on with. Without it, a folder in runs/ called after the command and the first recipe.",
        HelpName = "DIR",
    };

    internal Option<bool> Json { get; } = new("--json") { Description = "Print the summary as JSON, and nothing else." };

    /// <summary>Runs what is missing behind a view and prints what came out.</summary>
    /// <returns><see cref="ExitCode.Failed"/> where a run has not ended.</returns>
    internal int Run(Terminal terminal, ParseResult parsed, string folder, Func<TimeProvider, ArenaPlan> plan)
    {
        Arena.StartEngine(folder);
        var planned = plan(TimeProvider.System);
        var recipe = planned.Contestants[0].Recipe;
        var title = new RunTitle(planned.Name, Path.GetFileName(Path.TrimEndingDirectorySeparator(recipe.Model)));
        var summary = RunView.Show(terminal, title, observer => Arena.Run(folder, planned, parsed.GetValue(Seeds), observer, TimeProvider.System, terminal.Interrupted));
        if (parsed.GetValue(Json))
        {
            terminal.Output.Write(summary.ToJson());
        }
        else
        {
            terminal.Canvas().Write(ArenaTable.Of(summary, Path.GetFullPath(folder)));
        }

        return summary.Failures.Count == 0 ? ExitCode.Done : ExitCode.Failed;
    }
}
