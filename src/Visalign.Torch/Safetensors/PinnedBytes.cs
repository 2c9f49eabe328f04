using Microsoft.Win32.SafeHandles;

namespace Visalign.Torch.Safetensors;

/// <summary>An array's bytes inside a mapped file, readable until this is disposed.</summary>
public sealed unsafe class PinnedBytes : IDisposable
{
    private SafeMemoryMappedViewHandle? _view;

    internal PinnedBytes(SafeMemoryMappedViewHandle view, SafetensorsEntry entry)
    {
        byte* start = null;
        view.AcquirePointer(ref start);
        _view = view;
        Entry = entry;
        Address = (nint)(start + entry.Offset);
    }

    /// <summary>What the bytes mean.</summary>
    public SafetensorsEntry Entry { get; }

    /// <summary>Where the bytes begin; writes stay in this process, and they are aligned only as well as the file's writer cared.</summary>
    public nint Address { get; }

    /// <summary>Gives the bytes up.</summary>
    public void Dispose() => Interlocked.Exchange(ref _view, null)?.ReleasePointer();
}
