using System.Runtime.InteropServices;

namespace Visalign.Cli;

/// <summary>Turns the first Ctrl-C (or SIGTERM) into a cancelled token; the second ends the process at once.</summary>
internal sealed class Interruption : IDisposable
{
    private const string ShowCursor = "\u001b[?25h";

    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;

    internal Interruption() =>
        _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Hear), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Hear)];

    /// <summary>Cancelled by the first signal.</summary>
    internal CancellationToken Token => _source.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _source.Dispose();
    }

    /// <summary>Shows the cursor, which a live view hides, where it gets no chance to do so itself.</summary>
    internal static void Reveal()
    {
        if (!Console.IsErrorRedirected)
        {
            Console.Error.Write(ShowCursor);
        }
    }

    private void Hear(PosixSignalContext context)
    {
        context.Cancel = !_source.IsCancellationRequested;
        if (!context.Cancel)
        {
            Reveal();
        }

        _source.Cancel();
    }
}
