using Visalign.Cli.Views;
using Visalign.Methods;
using Visalign.Runs;
using Visalign.Studies;

namespace Visalign.Cli.Commands;

/// <summary>Runs an alignment behind a view and prints how it ended.</summary>
internal static class Alignment
{
    /// <summary>A new run.</summary>
    /// <param name="path">Its folder; null for one of its own under <c>runs</c>.</param>
    internal static int Run(Terminal terminal, ShippedRecipe recipe, string? path, bool json)
    {
        string folder = path ?? RunFolder.DefaultPath("runs", recipe.Name, recipe.Recipe.Seed, TimeProvider.System.GetUtcNow());

        return Show(terminal, recipe.Recipe, json, observer => AlignmentStudy.Start(folder, recipe.Recipe, observer, TimeProvider.System, terminal.Interrupted));
    }

    /// <summary>A run that was interrupted.</summary>
    internal static int Resume(Terminal terminal, string path, bool json) =>
        Show(terminal, KeptRun.Open(path).Recipe, json, observer => AlignmentStudy.Resume(path, observer, TimeProvider.System, terminal.Interrupted));

    private static int Show(Terminal terminal, Recipe recipe, bool json, Func<IRunObserver, AlignmentResult> align)
    {
        string method = MethodCatalog.All.Single(entry => entry.Record == recipe.Method.GetType()).Name;
        var title = new RunTitle(method, Path.GetFileName(Path.TrimEndingDirectorySeparator(recipe.Model)), recipe.Rollout.Prompts * recipe.Rollout.GroupSize);
        var result = RunView.Show(terminal, title, align);
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
