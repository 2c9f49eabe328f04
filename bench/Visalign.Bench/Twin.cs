using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Visalign.Torch.Engines;

namespace Visalign.Bench;

/// <summary>Runs <c>twin.py</c> in a Python whose torch is the libtorch in use, with the same BLAS, kernels, threads and waiting.</summary>
internal static class Twin
{
    private static readonly string[] Interpreters = ["python3", "/usr/bin/python3"];

    /// <returns>Milliseconds of each repeat by workload, or a sentence that says why there are none.</returns>
    internal static (IReadOnlyDictionary<string, double[]> Times, string Remark) Time(IEnumerable<string> names, int repeats)
    {
        var engine = Engine.Current;
        Dictionary<string, double[]> times = [];
        string? python = Interpreters.FirstOrDefault(one => Ask(one, ["-c", "import torch; print(torch.__version__)"]).StartsWith(engine.Libtorch.Version, StringComparison.Ordinal));
        if (python is null) return (times, $"Python's side is left out: no python3 here imports torch {engine.Libtorch.Version} (on Debian: apt-get install python3-torch).");
        string script = Path.Combine(AppContext.BaseDirectory, "twin.py");
        string output = Ask(python, [script, repeats.ToString(CultureInfo.InvariantCulture), engine.Threads.ToString(CultureInfo.InvariantCulture), .. names]);
        foreach (string[] words in output.Split('\n').Select(line => line.Split(' ')).Where(words => words.Length == repeats + 1))
            times[words[0]] = [.. words[1..].Select(word => double.Parse(word, CultureInfo.InvariantCulture))];
        return (times, $"Python's side: {python} with torch {engine.Libtorch.Version}, same BLAS, kernels and threads.");
    }

    private static string Ask(string python, string[] arguments)
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
            var errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return output;
        }
        catch (Win32Exception)
        {
            return "";
        }
    }
}
