using Visalign.Torch.Engines;
using Visalign.Torch.Native;

namespace Visalign.Torch.Processes;

/// <summary>Counters by name that all processes of a run can read and raise: libtorch's store over TCP.</summary>
/// <remarks>Calls of one store from several threads wait for one another.</remarks>
internal sealed class CounterStore : IDisposable
{
    private readonly Lock _gate = new();

    private CounterStore(nint handle, int port) => (Handle, Port) = (handle, port);

    internal nint Handle { get; private set; }

    /// <summary>The port it is served at.</summary>
    internal int Port { get; }

    /// <summary>Serves a store in this process, for as long as it is open.</summary>
    /// <param name="port">0 for any free one.</param>
    /// <exception cref="InputException">The port is taken.</exception>
    internal static CounterStore Serve(int port, string prefix)
    {
        try
        {
            return Open("localhost", port, serve: true, prefix, TimeSpan.FromSeconds(30));
        }
        catch (TorchException fault)
        {
            throw new InputException($"The processes of a run meet at port {port}, which cannot be served here ({FirstLine(fault)}). Set MASTER_PORT to a free one.", fault);
        }
    }

    /// <summary>Calls at a store that another process serves, waiting until it does.</summary>
    /// <exception cref="InputException">Nobody answered in time.</exception>
    internal static CounterStore Connect(string host, int port, string prefix, TimeSpan patience)
    {
        try
        {
            return Open(host, port, serve: false, prefix, patience);
        }
        catch (TorchException fault)
        {
            throw new InputException($"The processes of this run were to meet at {host}:{port}, where nobody answered within {patience.TotalSeconds:0} seconds ({FirstLine(fault)}). "
                + "MASTER_ADDR and MASTER_PORT must name the machine of process 0 and a port there that can be reached from here.", fault);
        }
    }

    /// <summary>Adds to a counter.</summary>
    /// <param name="amount">0 only reads; a counter that nobody raised is 0.</param>
    /// <returns>Its value afterwards.</returns>
    /// <exception cref="TorchException">Whoever serves the store is gone.</exception>
    internal unsafe long Add(string key, long amount)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(Handle == 0, this);
            Bridge.Check(ProcessBridge.va_store_add(Handle, key, amount, out long sum));
            return sum;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            if (Handle != 0) ProcessBridge.va_store_close(Handle);
            Handle = 0;
        }
    }

    internal static string FirstLine(TorchException fault) => fault.Message.Split('\n', 2)[0].TrimEnd('.', ' ');

    private static unsafe CounterStore Open(string host, int port, bool serve, string prefix, TimeSpan patience)
    {
        Engine.LoadProcesses();
        Bridge.Check(ProcessBridge.va_store_open(host, port, serve ? 1 : 0, prefix, (long)patience.TotalMilliseconds, out nint store, out int served));
        return new(store, served);
    }
}
