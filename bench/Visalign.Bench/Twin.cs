using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Visalign.Torch.Engines;

namespace Visalign.Bench;

/// <summary>Runs <c>twin.py</c> in a Python whose torch is the libtorch in use, with the same BLAS, kernels, threads and waiting.</summary>
internal static class Twin
{
    private static readonly string[] Interpreters = ["python3", "/usr/bin/python3"];

    /// <returns>Milliseconds of each repeat by workload, and a sentence on what they are or why there are none.</returns>
    /// <exception cref="InvalidOperationException">The script failed; its last line is told.</exception>
    internal static (IReadOnlyDictionary<string, double[]> Times, string Remark) Time(IEnumerable<(string Name, int Repeats)> workloads, CancellationToken stop)
    {
        var engine = Engine.Current;
        string? python = Interpreters.FirstOrDefault(one =>
            Ask(one, ["-c", "import torch; print(torch.__version__)"], stop) is { Code: 0 } answer && answer.Output.StartsWith(engine.Libtorch.Version, StringComparison.Ordinal));
        if (python is null)
            return (new Dictionary<string, double[]>(), $"Python's side is left out: no python3 here imports torch {engine.Libtorch.Version} (on Debian: apt-get install python3-torch).");
        string script = Path.Combine(AppContext.BaseDirectory, "twin.py");
        string[] asked = [.. workloads.Select(workload => string.Create(CultureInfo.InvariantCulture, $"{workload.Name}={workload.Repeats}"))];
        var (code, output, errors) = Ask(python, [script, engine.Threads.ToString(CultureInfo.InvariantCulture), .. asked], stop);
        if (code != 0) throw new InvalidOperationException($"{python} {script} failed: {errors.TrimEnd().Split('\n')[^1]}");
        var times = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' '))
            .ToDictionary(words => words[0], words => words[1..].Select(word => double.Parse(word, CultureInfo.InvariantCulture)).ToArray());
        return (times, $"Python's side: {python} with torch {engine.Libtorch.Version}, same BLAS, kernels and threads.");
    }

    private static (int Code, string Output, string Errors) Ask(string python, string[] arguments, CancellationToken stop)
    {
        var engine = Engine.Current;
        var start = new ProcessStartInfo(python, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (File.Exists(engine.Blas.Library)) start.Environment["LD_LIBRARY_PATH"] = Path.GetDirectoryName(engine.Blas.Library);
        if (engine.Blas.Core.Length > 0) start.Environment["OPENBLAS_CORETYPE"] = engine.Blas.Core;
        start.Environment["OMP_NUM_THREADS"] = engine.Threads.ToString(CultureInfo.InvariantCulture);
        start.Environment["GOMP_SPINCOUNT"] = Engine.SpinCount;
        try
        {
            using var process = Process.Start(start)!;
            using var ended = stop.Register(process.Kill);
            var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            stop.ThrowIfCancellationRequested();
            return (process.ExitCode, output, errors.GetAwaiter().GetResult());
        }
        catch (Win32Exception missing)
        {
            return (-1, "", missing.Message);
        }
    }
}
