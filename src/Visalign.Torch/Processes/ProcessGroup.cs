using System.Diagnostics;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using Visalign.Torch.Native;

namespace Visalign.Torch.Processes;

/// <summary>The processes that execute one run together, each of them the whole program over a share of the work.</summary>
/// <remarks>
/// All processes call the same operations in the same order; one that does something else is found out before memory is
/// exchanged. A lone process is a group too, so callers have one path. Gloo through libtorch; memory of the CPU only.
/// </remarks>
public sealed unsafe class ProcessGroup : IDisposable
{
    // Whether a peer lives is the watch's business; how long it may compute is nobody's.
    private static readonly TimeSpan Patience = TimeSpan.FromDays(30);

    private readonly CounterStore? _store;
    private readonly PeerWatch? _watch;
    private readonly nint _group;
    private long _sequence, _waited, _exchanged;

    private ProcessGroup() => Count = 1;

    private ProcessGroup(ProcessPlace place, CounterStore store, Action<PeerLostException> abandon, Action? check)
    {
        (Rank, Count, _store) = (place.Rank, place.Count, store);
        Meeting.Await(place, store, check);
        _watch = new(CounterStore.Connect(place.Host, place.Port, place.Prefix, place.Meeting), place, abandon);
        try
        {
            Bridge.Check(ProcessBridge.va_group_open(store.Handle, Rank, Count, Meeting.AddressTowards(place), (long)Patience.TotalMilliseconds, out _group));
        }
        catch (TorchException fault)
        {
            throw _watch.Explain(fault);
        }
    }

    /// <summary>A process by itself.</summary>
    public static ProcessGroup Alone { get; } = new();

    /// <summary>From 0 to <see cref="Count"/> - 1.</summary>
    public int Rank { get; }

    /// <summary>Processes in the group.</summary>
    public int Count { get; }

    /// <summary>Whether this is the one that writes and speaks for all.</summary>
    public bool IsFirst => Rank == 0;

    /// <summary>Time spent waiting for the others to arrive at an operation, so far.</summary>
    public TimeSpan Waited => Stopwatch.GetElapsedTime(0, _waited);

    /// <summary>Time spent exchanging memory once all had arrived, so far.</summary>
    public TimeSpan Exchanged => Stopwatch.GetElapsedTime(0, _exchanged);

    /// <summary>Meets the other processes that a launcher started.</summary>
    /// <param name="abandon">Ends this process when another is lost while nothing is being exchanged; called on a thread of its own.</param>
    /// <exception cref="InputException">They did not come together in time, or this libtorch has no Gloo.</exception>
    public static ProcessGroup Join(ProcessPlace place, Action<PeerLostException> abandon)
    {
        if (place.Count == 1) return Alone;
        bool serves = place.Rank == 0 && !place.IsServedByLauncher;
        return Opened(place, serves ? CounterStore.Serve(place.Port, place.Prefix) : CounterStore.Connect(place.Host, place.Port, place.Prefix, place.Meeting), abandon, null);
    }

    /// <summary>Begins a group on this machine, as its process 0.</summary>
    /// <param name="start">Starts the others, given this process's place.</param>
    /// <param name="check">Asked while waiting for them; throws when one of them failed.</param>
    /// <inheritdoc cref="Join"/>
    public static ProcessGroup Host(int count, Action<ProcessPlace> start, Action check, Action<PeerLostException> abandon)
    {
        var store = CounterStore.Serve(0, "");
        var place = new ProcessPlace(0, count, 0, count, IPAddress.Loopback.ToString(), store.Port);
        try
        {
            start(place);
        }
        catch
        {
            store.Dispose();
            throw;
        }
        return Opened(place, store, abandon, check);
    }

    /// <summary>The part of some items that falls to this process: a block of them, so that all blocks in the order of ranks are all items.</summary>
    public (int Start, int Length) Share(int items) => (StartOf(Rank, items), StartOf(Rank + 1, items) - StartOf(Rank, items));

    /// <summary>What every process has, in the order of their ranks.</summary>
    public byte[][] Gather(ReadOnlySpan<byte> mine)
    {
        if (_group == 0) return [mine.ToArray()];
        long[] sizes = Agree(mine.Length);
        int longest = (int)sizes.Max();
        if (longest == 0) return [.. sizes.Select(_ => Array.Empty<byte>())];
        byte[] padded = new byte[longest], all = new byte[longest * Count];
        mine.CopyTo(padded);
        fixed (byte* from = padded, to = all) GatherEqual(from, longest, to);
        return [.. sizes.Select((size, rank) => all.AsSpan(rank * longest, (int)size).ToArray())];
    }

    /// <summary>The rows of all processes, in the order of their ranks.</summary>
    /// <param name="mine">Shape <c>[b, ...]</c>, on the CPU; b may differ between processes and be 0.</param>
    /// <returns>Shape <c>[B, ...]</c>, without gradient.</returns>
    public Tensor GatherRows(Tensor mine)
    {
        using var scope = Tensor.Scope();
        using var noGradient = Autograd.NoGrad();
        if (_group == 0) return scope.Keep(mine.Detach().Clone());
        var source = mine.Detach().Contiguous();
        long[] shape = source.Shape.ToArray();
        long rowSize = shape[1..].Aggregate((long)Tensor.ElementSize(source.DType), (size, length) => size * length);
        long[] rows = Agree(shape[0], rowSize);
        shape[0] = rows.Max();
        // Gloo gathers equal sizes: the shorter ones are padded, and the padding is cut out afterwards.
        if (source.Size(0) < shape[0])
        {
            var padded = Tensor.Zeros(shape, source.DType);
            padded.Narrow(0, 0, source.Size(0)).CopyInPlace(source);
            source = padded;
        }
        var all = Tensor.Empty([Count, .. shape], source.DType);
        if (all.Count > 0) GatherEqual((void*)MemoryOf(source).Address, shape[0] * rowSize, (void*)MemoryOf(all).Address);
        return scope.Keep(Tensor.Cat([.. rows.Select((length, rank) => all.Select(0, rank).Narrow(0, 0, length))]));
    }

    /// <summary>What process 0 makes, on every process.</summary>
    /// <param name="make">Called by process 0 alone.</param>
    public byte[] FromFirst(Func<byte[]> make)
    {
        if (_group == 0) return make();
        byte[] data = IsFirst ? make() : [];
        long size = Agree(data.Length)[0];
        if (!IsFirst) data = new byte[size];
        fixed (byte* memory = data) Broadcast(memory, size);
        return data;
    }

    /// <summary>A text that process 0 makes, on every process.</summary>
    /// <inheritdoc cref="FromFirst"/>
    public string TextFromFirst(Func<string> make) => _group == 0 ? make() : Encoding.UTF8.GetString(FromFirst(() => Encoding.UTF8.GetBytes(make())));

    /// <summary>Overwrites a tensor with what process 0 has in it.</summary>
    /// <param name="values">On the CPU, contiguous, of the same size everywhere.</param>
    public void CopyFromFirst(Tensor values)
    {
        if (_group == 0) return;
        var (memory, size) = MemoryOf(values);
        Agree(0, size);
        Broadcast((void*)memory, size);
    }

    /// <summary>Whether any process says so.</summary>
    public bool Any(bool mine) => _group == 0 ? mine : Agree(mine ? 1 : 0).Any(flag => flag != 0);

    /// <summary>Waits for all processes to come here, and parts: the orderly end of a run.</summary>
    /// <exception cref="PeerLostException">One of them died on the way.</exception>
    public void Leave()
    {
        if (_group == 0) return;
        _watch!.Leave();
        using var pause = new ManualResetEventSlim();
        try
        {
            _store!.Add(PeerWatch.LeftOf(Rank), 1);
            _store.Add("left", 1);
            while (_store.Add("left", 0) < Count)
            {
                if (_watch.Lost is { } lost) throw lost;
                pause.Wait(20);
            }
        }
        catch (TorchException)
        {
            // Process 0 saw that all had come, and closed its store before this one asked again.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_store is null) return;
        bool lost = _watch?.Lost is not null;
        _watch?.Dispose();
        if (lost) return; // closing would wait for the peers that are gone; the process ends
        if (_group != 0) ProcessBridge.va_group_close(_group);
        _store.Dispose();
    }

    /// <summary>Where the block of a rank begins; the first process has one whenever there are items.</summary>
    internal int StartOf(int rank, int items) => (int)(((long)rank * items + Count - 1) / Count);

    /// <summary>The rank whose block holds an item.</summary>
    internal int OwnerOf(int item, int items) => Enumerable.Range(0, Count).First(rank => item < StartOf(rank + 1, items));

    /// <summary>Sends a tensor's memory to a process that calls <see cref="Receive"/> for it.</summary>
    internal void Send(Tensor values, int to)
    {
        var (memory, size) = MemoryOf(values);
        Exchange(() => ProcessBridge.va_group_send(_group, (void*)memory, size, to));
    }

    /// <summary>Fills a tensor's memory with what a process sends.</summary>
    internal void Receive(Tensor values, int from)
    {
        var (memory, size) = MemoryOf(values);
        Exchange(() => ProcessBridge.va_group_receive(_group, (void*)memory, size, from));
    }

    /// <summary>Waits until every process is at this operation and has the same <paramref name="common"/> number, and exchanges another number each.</summary>
    /// <returns>The numbers of all.</returns>
    /// <exception cref="UnreachableException">The processes do not do the same.</exception>
    internal long[] Agree(long own, long common = 0, [CallerMemberName] string operation = "")
    {
        if (_group == 0) return [own];
        long kind = 0;
        foreach (char letter in operation) kind = kind * 31 + letter;
        long[] mine = [++_sequence, kind, common, own], all = new long[mine.Length * Count];
        long started = Stopwatch.GetTimestamp();
        fixed (long* from = mine, to = all) Check(ProcessBridge.va_group_gather(_group, from, mine.Length * sizeof(long), to));
        _waited += Stopwatch.GetTimestamp() - started;
        for (int rank = 0; rank < Count; rank++)
            if (!all.AsSpan(rank * mine.Length, 3).SequenceEqual(mine.AsSpan(0, 3)))
                throw new UnreachableException($"Process {Rank} is at its {_sequence}th exchange, {operation} of {common}, and process {rank} at another or with another size: they do not execute the same run.");
        return [.. Enumerable.Range(0, Count).Select(rank => all[rank * mine.Length + 3])];
    }

    private static ProcessGroup Opened(ProcessPlace place, CounterStore store, Action<PeerLostException> abandon, Action? check)
    {
        try
        {
            return new(place, store, abandon, check);
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    private static (nint Address, long Size) MemoryOf(Tensor values) => values.Device == Device.Cpu && values.IsContiguous
        ? (values.Address, values.Count * Tensor.ElementSize(values.DType))
        : throw new ArgumentException($"{values} is not contiguous memory of the CPU, and processes exchange no other.");

    private void GatherEqual(void* mine, long size, void* all)
    {
        nint from = (nint)mine, to = (nint)all;
        Exchange(() => ProcessBridge.va_group_gather(_group, (void*)from, size, (void*)to));
    }

    private void Broadcast(void* data, long size)
    {
        nint memory = (nint)data;
        if (size > 0) Exchange(() => ProcessBridge.va_group_broadcast(_group, (void*)memory, size, 0));
    }

    private delegate NativeError* Operation();

    private void Exchange(Operation operation)
    {
        long started = Stopwatch.GetTimestamp();
        Check(operation());
        _exchanged += Stopwatch.GetTimestamp() - started;
    }

    private void Check(NativeError* error)
    {
        try
        {
            Bridge.Check(error);
        }
        catch (TorchException fault)
        {
            throw _watch!.Explain(fault);
        }
        if (_watch!.Lost is { } lost) throw lost;
    }
}
