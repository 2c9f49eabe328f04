using Visalign.Torch.Engines;
using Visalign.Torch.Processes;

namespace Visalign.Cli.Processes;

/// <summary>The processes that execute a command together: this one alone, those of a launcher, or some that are started here.</summary>
internal sealed class Team : IDisposable
{
    private readonly Terminal _terminal;
    private readonly LocalProcesses? _children;

    private Team(Terminal terminal, ProcessPlace? place, int count, IReadOnlyList<string> arguments)
    {
        _terminal = terminal;
        if (place is not null)
        {
            Group = ProcessGroup.Join(place, Abandon);
            return;
        }

        _children = new LocalProcesses();
        try
        {
            Group = ProcessGroup.Host(count, first => _children.Start(first, arguments), _children.Check, Abandon);
        }
        catch
        {
            _children.Dispose();
            throw;
        }
    }

    private Team(Terminal terminal) => (_terminal, Group) = (terminal, ProcessGroup.Alone);

    /// <summary>All of them.</summary>
    internal ProcessGroup Group { get; }

    /// <summary>What can be done when one of them is lost, as a sentence.</summary>
    internal string Remedy { get; set; } = "Start it again.";

    /// <summary>Comes together, and starts the engine where there are several, which share this machine's threads unless <paramref name="engine"/> says how many each takes.</summary>
    /// <param name="count">How many processes are asked for, or null.</param>
    /// <param name="arguments">The command line, from the command on.</param>
    /// <exception cref="InputException">What is asked for and what a launcher started differ, or they did not come together.</exception>
    internal static Team Open(Terminal terminal, int? count, EngineOptions engine, IReadOnlyList<string> arguments)
    {
        var place = ProcessPlace.FromEnvironment();
        if (place is not null && count is not null && count != place.Count)
        {
            throw new InputException($"--processes is {count}, but a launcher started {place.Count} (WORLD_SIZE). Leave the option out, or start the program without a launcher.");
        }

        int all = place?.Count ?? count ?? 1;
        if (all == 1)
        {
            return new Team(terminal);
        }

        Engine.Start(engine with { Threads = engine.Threads > 0 ? engine.Threads : ProcessPlace.ThreadShare(place?.LocalCount ?? all) });

        return new Team(terminal, place, all, arguments);
    }

    /// <summary>Does something as one of the team, and parts from the others.</summary>
    internal T Do<T>(Func<T> work)
    {
        try
        {
            var result = work();
            _children?.Leave();
            Group.Leave();

            return result;
        }
        catch (PeerLostException lost) when (_terminal.Interrupted.IsCancellationRequested)
        {
            throw new OperationCanceledException(lost.Message, lost, _terminal.Interrupted); // it only heard Ctrl-C a little earlier
        }
        catch (PeerLostException lost)
        {
            TellLastWords(lost);
            throw lost.With(Remedy);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Group.Dispose();
        _children?.Dispose();
    }

    // Called while the main thread is busy and cannot throw.
    private void Abandon(PeerLostException lost)
    {
        Interruption.Reveal();
        TellLastWords(lost);
        _terminal.Error.WriteLine(lost.With(Remedy).Message);
        _children?.Dispose();
        Environment.Exit(ExitCode.Failed);
    }

    private void TellLastWords(PeerLostException lost)
    {
        foreach (string line in _children?.LastWords(lost) ?? [])
        {
            _terminal.Error.WriteLine(line);
        }
    }
}
