using System.Runtime.InteropServices;

namespace Visalign.Torch.Native;

/// <summary>The exports of <c>native/processes.h</c>, one to one; <see cref="Engines.Engine.LoadProcesses"/> comes first.</summary>
internal static unsafe partial class ProcessBridge
{
    internal const string Library = "visalign_processes";

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial NativeError* va_store_open(string host, int port, int serve, string prefix, long timeoutMilliseconds, out nint store, out int servedPort);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial NativeError* va_store_add(nint store, string key, long amount, out long sum);

    [LibraryImport(Library)] internal static partial void va_store_close(nint store);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial NativeError* va_group_open(nint store, int rank, int count, string address, long timeoutMilliseconds, out nint group);

    [LibraryImport(Library)] internal static partial NativeError* va_group_gather(nint group, void* mine, long size, void* all);
    [LibraryImport(Library)] internal static partial NativeError* va_group_broadcast(nint group, void* data, long size, int from);
    [LibraryImport(Library)] internal static partial NativeError* va_group_send(nint group, void* data, long size, int to);
    [LibraryImport(Library)] internal static partial NativeError* va_group_receive(nint group, void* data, long size, int from);
    [LibraryImport(Library)] internal static partial void va_group_close(nint group);
}
