using Spectre.Console;

namespace Visalign.Cli;

/// <summary>Where a command writes, and how it hears of Ctrl-C.</summary>
/// <param name="Output">What was asked for, and nothing else.</param>
/// <param name="Error">Progress, remarks and mistakes.</param>
/// <param name="Interrupted">Cancelled by Ctrl-C.</param>
internal sealed record Terminal(TextWriter Output, TextWriter Error, CancellationToken Interrupted)
{
    private const int PipedWidth = 240;

    /// <summary>Draws on <see cref="Output"/>: in colors and to its width on a terminal, otherwise as plain text in lines that hardly ever wrap.</summary>
    internal IAnsiConsole Canvas()
    {
        bool terminal = ReferenceEquals(Output, Console.Out) && !Console.IsOutputRedirected;
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(Output),
            Ansi = terminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = terminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
        if (!terminal)
        {
            console.Profile.Width = PipedWidth;
        }

        return console;
    }
}
