using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using Visalign.Torch.Native;

namespace Visalign.Torch.Engines;

/// <summary>What must be settled before libtorch loads.</summary>
public sealed record EngineOptions
{
    /// <summary>Threads for libtorch and its BLAS; 0 = one per processor. <c>VISALIGN_THREADS</c> overrides it.</summary>
    public int Threads { get; init; }

    /// <summary>The OpenBLAS kernel set to use instead of the measured best, as a resumed run does. <c>VISALIGN_BLAS_CORE</c> overrides it.</summary>
    public string? BlasCore { get; init; }
}

/// <summary>libtorch in this process: found, bridged to, and started once.</summary>
public sealed class Engine
{
    private static readonly Lock Gate = new();
    private static Engine? s_current;
    private static nint s_processes;

    private Engine(Libtorch libtorch, Blas blas, string bridge, int threads, IReadOnlyList<string> texts) =>
        (Libtorch, Blas, Bridge, Threads, Build, Parallelism) = (libtorch, blas, bridge, threads, texts[1], texts[2]);

    /// <summary>How often a waiting thread of libtorch looks before it sleeps, unless <c>GOMP_SPINCOUNT</c> or <c>OMP_WAIT_POLICY</c> says otherwise.</summary>
    public const string SpinCount = "2000";

    /// <summary>The libtorch in use.</summary>
    public Libtorch Libtorch { get; }

    /// <summary>The matrix library in use.</summary>
    public Blas Blas { get; }

    /// <summary>The path of the compiled bridge.</summary>
    public string Bridge { get; }

    /// <summary>Threads libtorch uses inside an operator.</summary>
    public int Threads { get; }

    /// <summary>libtorch's own account of how it was built.</summary>
    public string Build { get; }

    /// <summary>libtorch's own account of its threads.</summary>
    public string Parallelism { get; }

    /// <summary>Whether a CUDA device can be used.</summary>
    public bool HasCuda
    {
        get
        {
            unsafe
            {
                Native.Bridge.Check(Native.Bridge.va_has_device(Device.Cuda().Kind, out int present));
                return present != 0;
            }
        }
    }

    /// <summary>The running engine, started with defaults if nobody did so before.</summary>
    public static Engine Current => Start();

    /// <summary>Finds libtorch, settles threads and BLAS, builds and loads the bridge. Later calls return the running engine.</summary>
    /// <exception cref="InputException">No libtorch or compiler, or the engine already runs with other options.</exception>
    public static Engine Start(EngineOptions? options = null)
    {
        if (s_current is { } running && options is null) return running;
        lock (Gate)
        {
            options = Overridden(options ?? new());
            if (s_current is null) return s_current = Launch(options);
            if (options.Threads > 0 && options.Threads != s_current.Threads)
                throw new InputException($"The engine already runs with {s_current.Threads} threads and cannot change to {options.Threads}; start a new process.");
            return s_current;
        }
    }

    private static EngineOptions Overridden(EngineOptions options)
    {
        string? threads = Environment.GetEnvironmentVariable("VISALIGN_THREADS"), core = Environment.GetEnvironmentVariable("VISALIGN_BLAS_CORE");
        if (!string.IsNullOrEmpty(threads))
        {
            if (!int.TryParse(threads, NumberStyles.None, CultureInfo.InvariantCulture, out int count) || count is < 1 or > 1024)
                throw new InputException($"VISALIGN_THREADS is '{threads}'; it must be a whole number from 1 to 1024.");
            options = options with { Threads = count };
        }
        return string.IsNullOrEmpty(core) ? options : options with { BlasCore = core };
    }

    private static unsafe Engine Launch(EngineOptions options)
    {
        int threads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount;
        var libtorch = Libtorch.Find();
        Directory.CreateDirectory(BridgeBuilder.CacheFolder);
        string path = BridgeBuilder.Build(libtorch, NativePart.Bridge);
        var blas = Blas.Choose(libtorch, options.BlasCore);

        // Native code does not see Environment.SetEnvironmentVariable; these are read when the libraries load.
        _ = SetVariable("OMP_NUM_THREADS", threads.ToString(CultureInfo.InvariantCulture), 1);
        if (blas.Core.Length > 0) _ = SetVariable("OPENBLAS_CORETYPE", blas.Core, 1);
        // A thread that waits spins only briefly: by default it burns its core for milliseconds, which on a machine with
        // anything else to do keeps the thread it waits for from running at all.
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("OMP_WAIT_POLICY"))) _ = SetVariable("GOMP_SPINCOUNT", SpinCount, 0);
        blas.Load();

        nint library = NativeLibrary.Load(path);
        NativeLibrary.SetDllImportResolver(Assembly.GetExecutingAssembly(), (name, _, _) => name switch
        {
            Native.Bridge.Library => library,
            ProcessBridge.Library => s_processes,
            _ => 0,
        });
        Native.Bridge.Check(Native.Bridge.va_threads(threads, out threads));
        return new Engine(libtorch, blas, path, threads, Texts.From(Native.Bridge.va_engine_text));
    }

    /// <summary>Builds and loads what a run of several processes needs beyond the bridge; does nothing the second time.</summary>
    /// <exception cref="InputException">This libtorch has no Gloo, or Gloo's headers are missing.</exception>
    internal static void LoadProcesses()
    {
        var libtorch = Start().Libtorch;
        lock (Gate)
        {
            if (s_processes != 0) return;
            if (!libtorch.HasGlooHeaders())
                throw new InputException($"Several processes talk through libtorch's Gloo, whose headers are missing beside libtorch {libtorch.Version} ({libtorch.Origin}). "
                    + "On Debian or Ubuntu: sudo apt-get install libgloo-dev, which goes with the distribution's libtorch-dev.");
            try
            {
                s_processes = NativeLibrary.Load(BridgeBuilder.Build(libtorch, NativePart.Processes));
            }
            catch (Exception fault) when (fault is InputException or DllNotFoundException)
            {
                throw new InputException($"Several processes talk through libtorch's Gloo, which libtorch {libtorch.Version} ({libtorch.Origin}) was built without. "
                    + "The distribution's libtorch-dev with libgloo-dev has it; or run one process.", fault);
            }
        }
    }

    [DllImport("libc", EntryPoint = "setenv", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetVariable(string name, string value, int overwrite);

    /// <summary>Every operator schema of this libtorch, as it prints them, sorted.</summary>
    public static IReadOnlyList<string> Schemas()
    {
        Start();
        unsafe
        {
            var schemas = Texts.From(Native.Bridge.va_operator_schemas);
            schemas.Sort(StringComparer.Ordinal);
            return schemas;
        }
    }
}
