using System.CommandLine;
using Visalign.Cli.Commands;
using Visalign.Runs;
using Visalign.Torch.Processes;

namespace Visalign.Cli;

/// <summary>The whole command line, from arguments to an exit code.</summary>
public static class CommandLineProgram
{
    /// <summary>Runs one command.</summary>
    /// <param name="output">Receives what was asked for, and nothing else.</param>
    /// <param name="error">Receives progress, remarks and mistakes.</param>
    /// <param name="interrupted">Cancelled by Ctrl-C.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int Run(IReadOnlyList<string> arguments, TextWriter output, TextWriter error, CancellationToken interrupted = default)
    {
        try
        {
            var parsed = CommandTree.Parse(arguments, new Terminal(output, error, interrupted));
            if (ParseFaults.Tell(parsed) is { } faults)
            {
                throw new InputException(faults);
            }

            interrupted.ThrowIfCancellationRequested();

            return parsed.Invoke(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (Exception failure) when (!Debugging)
        {
            return Tell(failure, error);
        }
        catch (Exception failure)
        {
            error.WriteLine(failure.StackTrace);
            return Tell(failure, error);
        }
    }

    private static bool Debugging => Environment.GetEnvironmentVariable("VISALIGN_DEBUG") == "1";

    private static int Tell(Exception failure, TextWriter error)
    {
        var (sentence, code) = failure switch
        {
            InputException mistake => (mistake.Message, ExitCode.BadInput),
            WatchdogStopException stopped => (stopped.Message, ExitCode.Interrupted),
            RunInterruptedException stopped => (stopped.Message, ExitCode.Interrupted),
            PeerLostException lost => (lost.Message, ExitCode.Failed),
            OperationCanceledException => ("Interrupted.", ExitCode.Interrupted),
            _ => ($"{failure.GetType().Name}: {FirstLine(failure.Message)}\nVISALIGN_DEBUG=1 shows where, 'visalign doctor' examines this machine.", ExitCode.Failed),
        };
        error.WriteLine(sentence);

        return code;
    }

    private static string FirstLine(string message) => message.Split('\n', 2)[0].TrimEnd();
}
