using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Visalign.Torch.Engines;

/// <summary>A library of ours that is compiled against the libtorch found.</summary>
/// <param name="Name">What it is called in messages and in the cache.</param>
/// <param name="Sources">Embedded files; each <c>.cpp</c> is compiled by itself.</param>
internal sealed record NativePart(string Name, IReadOnlyList<string> Sources)
{
    /// <summary>The bridge, which everything needs.</summary>
    internal static NativePart Bridge { get; } = new("bridge",
        ["autograd.cpp", "bridge.cpp", "checkpoint.cpp", "gated.cpp", "groups.cpp", "kernels.cpp", "layers.cpp", "linear.cpp", "memory.cpp", "small.cpp", "bridge.h", "guard.h", "handles.h", "kernel.h", "linear.h", "small.h", "vector.h"]);

    /// <summary>Process groups, which only runs of several processes need, and Gloo's headers with them.</summary>
    internal static NativePart Processes { get; } = new("processes", ["processes.cpp", "processes.h", "bridge.h", "guard.h"]);
}

/// <summary>Compiles the bridge, or what else stands beside it, for the libtorch found, once, into the cache folder.</summary>
/// <remarks>The name of the result is a hash of the sources, the compiler, the processor and that libtorch: a change of any of them builds anew.</remarks>
internal static class BridgeBuilder
{
    /// <summary>Where built bridges and measurements are kept: <c>VISALIGN_CACHE</c>, or the user's cache folder.</summary>
    internal static string CacheFolder
    {
        get
        {
            string? named = Environment.GetEnvironmentVariable("VISALIGN_CACHE");
            if (!string.IsNullOrEmpty(named)) return Path.GetFullPath(named);
            string? cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
            if (string.IsNullOrEmpty(cache)) cache = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
            return Path.Combine(cache, "visalign");
        }
    }

    /// <summary>The path of a part for <paramref name="libtorch"/>, compiled first if need be.</summary>
    /// <exception cref="InputException">No compiler, or it failed.</exception>
    internal static string Build(Libtorch libtorch, NativePart part)
    {
        var (status, compiler) = Tool.Run("g++", ["--version"]);
        if (status != 0) throw new InputException($"No C++ compiler was found to build the bridge to libtorch. {Libtorch.HowToInstall}");
        string folder = Path.Combine(CacheFolder, $"{part.Name}-{Key(libtorch, compiler, part)}");
        string library = Path.Combine(folder, $"libvisalign_{part.Name}.so");
        if (File.Exists(library)) return library;

        Directory.CreateDirectory(folder);
        using var once = new FileLock(Path.Combine(folder, "lock"));
        if (File.Exists(library)) return library;
        foreach (string name in part.Sources) File.WriteAllText(Path.Combine(folder, name), Source(name));
        Console.Error.WriteLine($"Building the {part.Name} for libtorch {libtorch.Version} ({libtorch.Origin}), once …");
        string[] objects = [.. part.Sources.Where(name => name.EndsWith(".cpp", StringComparison.Ordinal)).Select(name => Path.GetFileNameWithoutExtension(name))];
        var builds = objects.Select(name => Task.Run(() => Compile(libtorch, folder, name))).ToArray();
        // One by one, so that a compiler's refusal arrives as itself and not wrapped.
        foreach (var build in builds) build.GetAwaiter().GetResult();
        string staged = library + ".new";
        Run([.. objects.Select(name => Path.Combine(folder, name + ".o")), "-shared", "-fopenmp", "-o", staged,
            "-L" + libtorch.Libraries, "-Wl,-rpath," + libtorch.Libraries, "-Wl,--no-as-needed,--no-undefined", "-ltorch_cpu", "-lc10",
            .. libtorch.HasCuda ? new[] { "-ltorch_cuda", "-lc10_cuda" } : []]);
        File.Move(staged, library, overwrite: true);
        foreach (string name in objects) File.Delete(Path.Combine(folder, name + ".o"));
        return library;
    }

    private static void Compile(Libtorch libtorch, string folder, string name) =>
        Run(["-std=c++17", .. name is "bridge" or "checkpoint" or "processes" ? new[] { "-O2" } : ["-O3", "-march=native"], "-fno-trapping-math", "-fno-math-errno", "-fPIC", "-fopenmp",
            "-D_GLIBCXX_USE_CXX11_ABI=" + (libtorch.NewStringAbi ? "1" : "0"), .. libtorch.Includes.Select(include => "-I" + include),
            "-c", Path.Combine(folder, name + ".cpp"), "-o", Path.Combine(folder, name + ".o")]);

    private static void Run(string[] arguments)
    {
        var (status, output) = Tool.Run("g++", arguments);
        if (status != 0) throw new InputException($"g++ could not build the bridge to libtorch: {output.Trim()}");
    }

    private static string Key(Libtorch libtorch, string compiler, NativePart part)
    {
        var text = new StringBuilder(compiler).Append(libtorch).Append(string.Join('|', libtorch.Includes)).Append(Processor.Signature);
        text.Append(File.GetLastWriteTimeUtc(Path.Combine(libtorch.Libraries, "libtorch_cpu.so")).Ticks);
        foreach (string name in part.Sources) text.Append(Source(name));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..16];
    }

    /// <summary>One embedded native source.</summary>
    internal static string Source(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("native/" + name)
            ?? throw new FileNotFoundException($"The native source {name} is missing from this build.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
