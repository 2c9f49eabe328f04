using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Visalign.Torch.Engines;

/// <summary>The matrix library under libtorch and the kernels chosen in it.</summary>
/// <param name="Library">Its path, or what libtorch brings along.</param>
/// <param name="Core">The kernel set, in OpenBLAS's words; empty where there is no choice.</param>
/// <param name="Candidates">What was measured, best first.</param>
public sealed record Blas(string Library, string Core, IReadOnlyList<BlasMeasurement> Candidates)
{
    private static readonly string[] Folders = ["openblas-openmp", "openblas-pthread", "openblas-serial"];

    /// <summary>Measures the installed OpenBLAS under every kernel set this processor can run and takes the fastest; remembered per machine.</summary>
    /// <remarks>On one thread: that is how linear layers use it, it holds on a busy machine, and any number of threads gets the same kernels and so the same bits.</remarks>
    /// <param name="core">Use this kernel set and measure nothing, as a resumed run does; null to choose.</param>
    internal static Blas Choose(Libtorch libtorch, string? core)
    {
        if (!libtorch.ExternalBlas) return new("built into libtorch", "", []);
        string? library = Folders.Select(folder => Path.Combine(libtorch.Libraries, folder, "libopenblas.so.0")).FirstOrDefault(File.Exists);
        if (library is null) return new("the system's libblas.so.3 (slow: install libopenblas0-openmp)", "", []);
        if (core is not null) return new(library, core, []);

        string cache = Path.Combine(BridgeBuilder.CacheFolder, $"blas-{Key(library)}.json");
        if (File.Exists(cache) && JsonSerializer.Deserialize<List<BlasMeasurement>>(File.ReadAllText(cache)) is { Count: > 0 } known)
            return new(library, known[0].Core, known);
        var measured = Measure(library);
        if (measured.Count == 0) return new(library, "", []);
        string staged = $"{cache}.{Environment.ProcessId}";
        File.WriteAllText(staged, JsonSerializer.Serialize(measured));
        File.Move(staged, cache, overwrite: true);
        return new(library, measured[0].Core, measured);
    }

    /// <summary>Makes libtorch bind to this library: its names must be loaded before libtorch is.</summary>
    internal void Load()
    {
        if (!File.Exists(Library)) return;
        string folder = Path.GetDirectoryName(Library)!;
        foreach (string name in new[] { "libopenblas.so.0", "libblas.so.3", "liblapack.so.3" })
        {
            string path = Path.Combine(folder, name);
            if (File.Exists(path)) NativeLibrary.Load(path);
        }
    }

    private static List<BlasMeasurement> Measure(string library)
    {
        string folder = Path.Combine(BridgeBuilder.CacheFolder, "probe");
        Directory.CreateDirectory(folder);
        string probe = Path.Combine(folder, $"probe-{Environment.ProcessId}");
        File.WriteAllText(probe + ".cpp", BridgeBuilder.Source("probe.cpp"));
        if (Tool.Run("g++", ["-O2", "-o", probe, probe + ".cpp", "-ldl"]).Status != 0) return [];
        List<BlasMeasurement> measured = [];
        foreach (string core in Cores())
        {
            var (status, output) = Tool.Run(probe, [library], ("OPENBLAS_CORETYPE", core), ("OMP_NUM_THREADS", "1"));
            string[] words = output.Split(' ', StringSplitOptions.TrimEntries);
            if (status == 0 && words is [var name, var toy, var large] && name.Equals(core, StringComparison.OrdinalIgnoreCase))
                measured.Add(new(core, double.Parse(toy, CultureInfo.InvariantCulture), double.Parse(large, CultureInfo.InvariantCulture)));
        }
        File.Delete(probe);
        File.Delete(probe + ".cpp");
        return [.. measured.OrderByDescending(candidate => candidate.ToyRate * candidate.LargeRate)];
    }

    // OpenBLAS runs whatever kernels it is told to, and crashes on those the processor lacks.
    private static IEnumerable<string> Cores()
    {
        if (Processor.Has("avx512f")) yield return "SkylakeX";
        if (Processor.Has("avx512_bf16")) yield return "Cooperlake";
        if (Processor.Has("avx2")) yield return "Haswell";
        if (Processor.Has("avx2")) yield return "Zen";
        if (Processor.Has("asimd")) yield return "ARMV8";
        yield return "Nehalem";
    }

    private static string Key(string library) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{library}{File.GetLastWriteTimeUtc(library).Ticks}one thread{Processor.Signature}")))[..16];
}

/// <summary>What one kernel set reached.</summary>
/// <param name="Core">Its name in <c>OPENBLAS_CORETYPE</c>.</param>
/// <param name="ToyRate">GFLOP/s of one thread on the toy network's product, 384×1536×128.</param>
/// <param name="LargeRate">GFLOP/s of one thread on 768×768×768.</param>
public sealed record BlasMeasurement(string Core, double ToyRate, double LargeRate);
