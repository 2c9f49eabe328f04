using Visalign.Torch.Engines;

namespace Visalign.Bench;

/// <summary>The Pythons that run the same workloads: the twin on the engine's own libtorch, and whatever other PyTorch there is.</summary>
internal sealed class Opponents : IDisposable
{
    private readonly List<TwinProcess> _processes = [];
    private readonly List<string> _remarks = [];
    private TwinProcess? _twin;

    /// <summary>What is known of each.</summary>
    internal List<Side> Sides { get; } = [];

    /// <summary>By the same names.</summary>
    internal IReadOnlyList<(string Name, TwinProcess Process)> Running => [.. Sides.Select((side, at) => (side.Name, _processes[at]))];

    /// <summary>Who was left out, and why.</summary>
    internal IReadOnlyList<string> Remarks => _remarks;

    /// <summary>The file of the engine's libtorch, behind links.</summary>
    internal static string OwnLibrary()
    {
        string path = Path.Combine(Engine.Current.Libtorch.Libraries, "libtorch_cpu.so");
        return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
    }

    /// <summary>Starts one for each PyTorch that these interpreters have.</summary>
    internal static Opponents Find(IEnumerable<string> interpreters, CancellationToken stop)
    {
        var found = new Opponents();
        foreach (string interpreter in Pythons.WithTorch(interpreters)) found.Add(interpreter, stop);
        if (found._twin is null)
            found._remarks.Add($"The twin is left out: no python3 here imports torch from {OwnLibrary()} (on Debian: apt-get install python3-torch).");
        return found;
    }

    private void Add(string interpreter, CancellationToken stop)
    {
        TwinProcess process;
        try
        {
            process = TwinProcess.Start(interpreter, stop);
        }
        catch (InvalidOperationException fault) when (!stop.IsCancellationRequested)
        {
            _remarks.Add($"Left out: {fault.Message}");
            return;
        }
        var hello = process.Introduction;
        bool isTwin = _twin is null && hello.Libtorch == OwnLibrary();
        string name = isTwin ? Benchmark.Twin : $"torch {hello.Torch}";
        if (Sides.Any(side => side.Name == name)) name = $"{name} of {interpreter}";
        if (isTwin) _twin = process;
        _processes.Add(process);
        Sides.Add(new(name, interpreter, hello.Torch, hello.Libtorch, hello.Library, hello.Kernels));
    }

    /// <summary>Bytes at the height of a workload in a process of its own; null without a twin.</summary>
    internal long? MemoryOfTwin(string workload, CancellationToken stop)
    {
        if (_twin is null) return null;
        using var process = TwinProcess.Start(_twin.Interpreter, stop);
        return process.Memory(workload);
    }

    public void Dispose()
    {
        foreach (var process in _processes) process.Dispose();
    }
}
