using Spectre.Console;
using Visalign.Runs;

namespace Visalign.Cli.Views;

/// <summary>Shows a run on standard error, so that standard output keeps the result: live on a terminal, in plain lines elsewhere.</summary>
internal static class RunView
{
    /// <summary>Does <paramref name="work"/> while a view shows it.</summary>
    /// <returns>What the work returns.</returns>
    internal static T Show<T>(Terminal terminal, RunTitle title, Func<IRunObserver, T> work)
    {
        bool standard = ReferenceEquals(terminal.Error, Console.Error);
        if (!standard || !IsLive(Console.IsErrorRedirected, Environment.GetEnvironmentVariable("TERM")))
        {
            return work(new PlainView(terminal.Error, title, TimeProvider.System));
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(terminal.Error),
            Ansi = AnsiSupport.Yes,
            Interactive = InteractionSupport.Yes,
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });

        return LiveView.Show(console, title, TimeProvider.System, work);
    }

    /// <summary>Whether standard error is a terminal that can move its cursor.</summary>
    /// <param name="term">The variable TERM.</param>
    internal static bool IsLive(bool redirected, string? term) => !redirected && term is { Length: > 0 } and not "dumb";
}
