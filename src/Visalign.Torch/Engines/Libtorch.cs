using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Visalign.Torch.Engines;

/// <summary>A libtorch with headers and libraries, ready to build the bridge against.</summary>
/// <param name="Origin">Where it came from, in words.</param>
/// <param name="Version">As its headers say, such as <c>1.13.0</c>.</param>
/// <param name="Includes">Folders for the compiler.</param>
/// <param name="Libraries">The folder that holds <c>libtorch_cpu.so</c>.</param>
/// <param name="NewStringAbi">Whether it was built with libstdc++'s C++11 strings.</param>
/// <param name="HasCuda">Whether CUDA libraries lie beside it.</param>
/// <param name="ExternalBlas">Whether it calls the system's <c>libblas.so.3</c> instead of a BLAS of its own.</param>
public sealed record Libtorch(string Origin, string Version, IReadOnlyList<string> Includes, string Libraries, bool NewStringAbi, bool HasCuda, bool ExternalBlas)
{
    /// <summary>The oldest version that everything here is tested against.</summary>
    public const string Oldest = "1.13";

    /// <summary>Whether the headers of Gloo, which runs of several processes are compiled against, lie beside its own.</summary>
    public bool HasGlooHeaders() => Includes.Any(folder => File.Exists(Path.Combine(folder, "gloo", "context.h")));

    /// <summary>What to say when none is found.</summary>
    public const string HowToInstall =
        "On Debian or Ubuntu: sudo apt-get install g++ libtorch-dev libopenblas0-openmp. Elsewhere unpack a libtorch archive and set LIBTORCH to its folder.";

    /// <summary>The first of: <c>LIBTORCH</c>, a pip-installed torch, the distribution's <c>libtorch-dev</c>.</summary>
    /// <exception cref="InputException">None is there, or <c>LIBTORCH</c> names a folder without one.</exception>
    public static Libtorch Find()
    {
        string? named = Environment.GetEnvironmentVariable("LIBTORCH");
        if (!string.IsNullOrEmpty(named))
            return In(named, "LIBTORCH") ?? throw new InputException($"LIBTORCH is '{named}', but that folder has no include/ATen and lib/libtorch_cpu.so. Point it at an unpacked libtorch, or unset it.");
        if (PipFolder() is { } pip && In(pip, "pip-installed torch") is { } found) return found;
        return InSystem() ?? throw new InputException($"No libtorch was found. {HowToInstall}");
    }

    private static Libtorch? In(string folder, string origin)
    {
        string include = Path.Combine(folder, "include"), libraries = Path.Combine(folder, "lib");
        if (!Directory.Exists(Path.Combine(include, "ATen")) || !File.Exists(Path.Combine(libraries, "libtorch_cpu.so"))) return null;
        return Describe(origin, include, libraries);
    }

    private static Libtorch? InSystem()
    {
        string triplet = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "aarch64-linux-gnu" : "x86_64-linux-gnu";
        foreach (string libraries in new[] { $"/usr/lib/{triplet}", "/usr/lib64", "/usr/lib" })
            if (File.Exists(Path.Combine(libraries, "libtorch_cpu.so")) && Directory.Exists("/usr/include/ATen"))
                return Describe("the distribution's libtorch-dev", "/usr/include", libraries);
        return null;
    }

    private static Libtorch Describe(string origin, string include, string libraries)
    {
        string api = Path.Combine(include, "torch", "csrc", "api", "include");
        return new(origin, VersionIn(Path.Combine(api, "torch", "version.h")), [include, api], libraries,
            File.ReadAllBytes(Path.Combine(libraries, "libc10.so")).AsSpan().IndexOf("__cxx1112basic_string"u8) >= 0,
            File.Exists(Path.Combine(libraries, "libtorch_cuda.so")), Needs(Path.Combine(libraries, "libtorch_cpu.so"), "libblas.so.3"));
    }

    private static string VersionIn(string header)
    {
        var parts = new string[3];
        foreach (string line in File.ReadLines(header))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words is ["#define", "TORCH_VERSION_MAJOR", var major]) parts[0] = major;
            if (words is ["#define", "TORCH_VERSION_MINOR", var minor]) parts[1] = minor;
            if (words is ["#define", "TORCH_VERSION_PATCH", var patch]) parts[2] = patch;
        }
        return string.Join('.', parts);
    }

    private static string? PipFolder()
    {
        // Asks for the package's place without importing it.
        var (status, output) = Tool.Run("python3", ["-c", "import importlib.util as u; s = u.find_spec('torch'); print(s.submodule_search_locations[0] if s else '')"]);
        string folder = output.Trim();
        return status == 0 && folder.Length > 0 ? folder : null;
    }

    private static bool Needs(string library, string dependency)
    {
        var (status, output) = Tool.Run("readelf", ["-d", library]);
        return status == 0 && output.Contains(dependency, StringComparison.Ordinal);
    }
}
