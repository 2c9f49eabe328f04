using System.Diagnostics;
using System.Globalization;
using Visalign.Torch.Engines;
using Visalign.Torch.Processes;

namespace Visalign.Cli.Processes;

/// <summary>Other processes of this program on this machine, which execute the same command line.</summary>
/// <remarks>What they have to say is the same everywhere and said by this one; only the words of one that ended by itself are passed on.</remarks>
internal sealed class LocalProcesses : IDisposable
{
    private const int MeetingSeconds = 60;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly List<(Process Process, List<string> Said)> _processes = [];
    private bool _done;

    /// <summary>Starts every process of a place's run but the first.</summary>
    /// <param name="first">The place of this process.</param>
    /// <param name="arguments">The command line, from the command on.</param>
    internal void Start(ProcessPlace first, IReadOnlyList<string> arguments)
    {
        for (int rank = 1; rank < first.Count; rank++)
        {
            var start = new ProcessStartInfo(Environment.ProcessPath!, [.. Program(), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
            foreach (var (name, value) in first.Variables(rank)) start.Environment[name] = value;
            start.Environment["VISALIGN_THREADS"] = Engine.Current.Threads.ToString(CultureInfo.InvariantCulture);
            start.Environment["VISALIGN_MEETING_SECONDS"] = MeetingSeconds.ToString(CultureInfo.InvariantCulture);
            if (Engine.Current.Blas.Core.Length > 0) start.Environment["VISALIGN_BLAS_CORE"] = Engine.Current.Blas.Core;
            var process = Process.Start(start)!;
            List<string> said = [];
            _processes.Add((process, said));
            process.OutputDataReceived += (_, _) => { };
            process.ErrorDataReceived += (_, line) =>
            {
                lock (said)
                    if (!string.IsNullOrWhiteSpace(line.Data)) said.Add(line.Data);
            };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
        }
    }

    /// <summary>Throws when one of them has ended.</summary>
    /// <exception cref="PeerLostException">One has; its last words are part of the message.</exception>
    internal void Check()
    {
        int ended = _processes.FindIndex(child => child.Process.HasExited);
        if (ended < 0) return;
        var (process, said) = _processes[ended];
        process.WaitForExit(); // and for the last of its words
        throw new PeerLostException([ended + 1], _processes.Count + 1, $"it ended with exit code {process.ExitCode}{(said.Count == 0 ? "" : $", saying: {said[^1]}")}");
    }

    /// <summary>The words of those that were lost, a line each.</summary>
    internal IEnumerable<string> LastWords(PeerLostException lost)
    {
        foreach (int rank in lost.Ranks.Where(rank => rank > 0))
        {
            var (process, said) = _processes[rank - 1];
            if (!process.WaitForExit(Patience)) continue;
            process.WaitForExit();
            foreach (string line in said) yield return $"Process {rank}: {line}";
        }
    }

    /// <summary>They have done what they were to do and end by themselves.</summary>
    internal void Leave() => _done = true;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (process, _) in _processes)
        {
            if (!(_done && process.WaitForExit(Patience)) && !process.HasExited) process.Kill(entireProcessTree: true);
            process.Dispose();
        }
        _processes.Clear();
    }

    // Run by 'dotnet', the program is its first argument; otherwise it is the process itself.
    private static string[] Program() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(LocalProcesses).Assembly.Location] : [];
}
