using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Visalign.Cli.Commands;

/// <summary>The library's help, followed by the example of the command.</summary>
internal sealed class HelpWithExample : SynchronousCommandLineAction
{
    private readonly HelpAction _help = new();

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        _help.Invoke(parseResult);
        var verb = (Verb)parseResult.CommandResult.Command;
        var output = parseResult.InvocationConfiguration.Output;
        output.WriteLine("Example:");
        output.WriteLine($"  {verb.Example}");

        return ExitCode.Done;
    }
}
