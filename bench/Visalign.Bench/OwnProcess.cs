using System.Diagnostics;
using System.Globalization;
using Visalign.Torch.Engines;

namespace Visalign.Bench;

/// <summary>This program once more, for what only a fresh process can tell.</summary>
internal static class OwnProcess
{
    /// <summary>Bytes at the height of a workload, by <see cref="Benchmark.MemoryHere"/>.</summary>
    internal static long Memory(string workload)
    {
        string program = Environment.ProcessPath ?? "dotnet";
        string[] self = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [System.Reflection.Assembly.GetEntryAssembly()!.Location] : [];
        var start = new ProcessStartInfo(program, [.. self, "bench", "--memory-of", workload, "--threads", Engine.Current.Threads.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? long.Parse(output, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"The memory of '{workload}' was not measured: {errors.GetAwaiter().GetResult().Trim()}");
    }
}
