using System.CommandLine;
using Visalign.Cli.Processes;
using Visalign.Cli.Views;
using Visalign.Methods;
using Visalign.Runs;
using Visalign.Studies;

namespace Visalign.Cli.Commands;

/// <summary>Runs an alignment behind a view and prints how it ended.</summary>
internal static class Alignment
{
    /// <summary>A new run.</summary>
    internal static int Run(Terminal terminal, ShippedRecipe recipe, AlignmentOptions options, ParseResult parsed)
    {
        using var team = Team.Open(terminal, parsed.GetValue(options.Processes), new() { Threads = recipe.Recipe.Threads ?? 0 }, Words(parsed));
        string folder = team.Group.TextFromFirst(() => parsed.GetValue(options.Out) ?? RunFolder.DefaultPath("runs", recipe.Name, recipe.Recipe.Seed, TimeProvider.System.GetUtcNow()));

        return Show(terminal, team, recipe.Recipe, folder, parsed.GetValue(options.Json),
            observer => AlignmentStudy.Start(folder, recipe.Recipe, observer, TimeProvider.System, terminal.Interrupted, processes: team.Group));
    }

    /// <summary>A run that was interrupted.</summary>
    /// <param name="processes">How many are to go on with it, or null.</param>
    /// <param name="words">The command line, from the command on.</param>
    internal static int Resume(Terminal terminal, string path, int? processes, bool json, IReadOnlyList<string> words)
    {
        var kept = KeptRun.Open(path);
        string core = kept.Provenance.BlasCore;
        using var team = Team.Open(terminal, processes, new() { Threads = kept.Provenance.Threads, BlasCore = core.Length > 0 ? core : null }, words);

        return Show(terminal, team, kept.Recipe, path, json, observer => AlignmentStudy.Resume(path, observer, TimeProvider.System, terminal.Interrupted, team.Group));
    }

    /// <summary>A command line as it was given, from the command on.</summary>
    internal static IReadOnlyList<string> Words(ParseResult parsed) => [.. parsed.Tokens.Select(token => token.Value)];

    // Process 0 shows the run and prints its result; the others would only repeat it.
    private static int Show(Terminal terminal, Team team, Recipe recipe, string folder, bool json, Func<IRunObserver, AlignmentResult> align)
    {
        team.Remedy = $"Go on from its last checkpoint with: visalign resume {folder}";
        if (!team.Group.IsFirst)
        {
            team.Do(() => align(new SilentObserver()));

            return ExitCode.Done;
        }

        var title = new RunTitle(MethodCatalog.NameOf(recipe.Method), Path.GetFileName(Path.TrimEndingDirectorySeparator(recipe.Model)));
        var result = team.Do(() => RunView.Show(terminal, title, align));
        if (json)
        {
            terminal.Output.WriteLine(result.ToJson());
        }
        else
        {
            terminal.Canvas().Write(AlignmentTable.Of(result));
        }

        return ExitCode.Done;
    }
}
