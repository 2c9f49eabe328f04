using System.CommandLine;
using System.CommandLine.Invocation;

namespace Visalign.Cli.Commands;

/// <summary>Prints the version of the program.</summary>
internal sealed class PrintVersion : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        parseResult.InvocationConfiguration.Output.WriteLine(typeof(PrintVersion).Assembly.GetName().Version!.ToString(3));

        return ExitCode.Done;
    }
}
