using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Visalign.Torch.Engines;

namespace Visalign.Bench;

/// <summary>A Python that runs <c>twin.py</c> and does what it is told, line by line, with the engine's threads, BLAS, kernels and waiting.</summary>
internal sealed class TwinProcess : IDisposable
{
    private static readonly JsonSerializerOptions Format = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    private readonly Process _process;
    private readonly Task<string> _errors;
    private readonly CancellationTokenRegistration _stop;

    private TwinProcess(string interpreter, Process process, CancellationToken stop)
    {
        (Interpreter, _process) = (interpreter, process);
        _stop = stop.Register(End);
        _errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        Introduction = Answer<Hello>();
    }

    /// <summary>Who it said it is.</summary>
    internal Hello Introduction { get; }

    /// <summary>The Python it runs in.</summary>
    internal string Interpreter { get; }

    /// <summary>Starts one.</summary>
    /// <exception cref="InvalidOperationException">It does not start, or says something else than who it is.</exception>
    internal static TwinProcess Start(string interpreter, CancellationToken stop)
    {
        var engine = Engine.Current;
        string threads = engine.Threads.ToString(CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo(interpreter, [Path.Combine(AppContext.BaseDirectory, "twin.py"), threads])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        if (File.Exists(engine.Blas.Library)) start.Environment["LD_LIBRARY_PATH"] = Path.GetDirectoryName(engine.Blas.Library);
        if (engine.Blas.Core.Length > 0) start.Environment["OPENBLAS_CORETYPE"] = engine.Blas.Core;
        start.Environment["OMP_NUM_THREADS"] = threads;
        start.Environment["GOMP_SPINCOUNT"] = Engine.SpinCount;
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        try
        {
            return new(interpreter, Process.Start(start)!, stop);
        }
        catch (Win32Exception missing)
        {
            throw new InvalidOperationException($"{interpreter} does not start: {missing.Message}", missing);
        }
    }

    /// <summary>Milliseconds of some calls in a row.</summary>
    internal Timing Time(string workload, int calls) => Ask<Timing>(string.Create(CultureInfo.InvariantCulture, $"time {workload} {calls}"));

    /// <summary>Bytes at the height of a workload; asked first and of a process of its own.</summary>
    internal long Memory(string workload) => Ask<Height>($"memory {workload}").Bytes;

    private T Ask<T>(string order)
    {
        _process.StandardInput.WriteLine(order);
        _process.StandardInput.Flush();
        return Answer<T>();
    }

    private T Answer<T>()
    {
        string? line = _process.StandardOutput.ReadLine();
        try
        {
            return JsonSerializer.Deserialize<T>(line ?? throw new JsonException(), Format) ?? throw new JsonException();
        }
        catch (JsonException)
        {
            End();
            throw new InvalidOperationException($"{Interpreter} with {Path.GetFileName("twin.py")} failed: {line ?? _errors.GetAwaiter().GetResult().TrimEnd().Split('\n')[^1]}");
        }
    }

    private void End()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }

    public void Dispose()
    {
        _stop.Dispose();
        End();
        _process.Dispose();
    }

    internal sealed record Hello(string Torch, string Libtorch, int Threads, string Library, string Kernels);

    internal sealed record Timing(double Milliseconds, long Parameters);

    private sealed record Height(long Bytes);
}
