using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;

namespace Visalign.Torch.Safetensors;

/// <summary>A safetensors file, mapped into memory: opening reads the header only, bytes are paged in when touched.</summary>
/// <remarks>
/// The format is huggingface's safetensors. The file must not be changed while it is open. Safe to read from several
/// threads.
/// </remarks>
public sealed unsafe class SafetensorsFile : IDisposable
{
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _start;
    private readonly SafetensorsHeader _header;
    private bool _disposed;

    private SafetensorsFile(string path, MemoryMappedViewAccessor view, byte* start, SafetensorsHeader header)
    {
        Path = path;
        _view = view;
        _start = start;
        _header = header;
    }

    /// <summary>Where the file is, as it was given.</summary>
    public string Path { get; }

    /// <summary>Every array, by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> Entries => _header.Entries;

    /// <summary>The file's free text by key, or null where it has none.</summary>
    public IReadOnlyDictionary<string, string>? Metadata => _header.Metadata;

    /// <summary>Opens a file and checks its whole header.</summary>
    /// <exception cref="InputException">There is no such file, or it is not a well-formed safetensors file.</exception>
    public static SafetensorsFile Open(string path)
    {
        using var file = OpenForReading(path);
        byte[] first = new byte[64];
        var start = first.AsSpan(0, file.ReadAtLeast(first, first.Length, throwOnEndOfStream: false));
        try
        {
            return Map(path, file, HeaderLength(start, file.Length));
        }
        catch (FormatException fault)
        {
            string sentence = ForeignFile.HasPickleEnding(path) ? $"this is a pickle by its name; {ForeignFile.PickleAdvice}" : fault.Message;
            throw new InputException($"{path}: {sentence}.", fault);
        }
    }

    /// <summary>The bytes of an array.</summary>
    /// <remarks>The span points into the mapping: use it while this file is open, no longer.</remarks>
    /// <exception cref="InputException">The file has no array of that name.</exception>
    /// <exception cref="NotSupportedException">More than 2 GiB; use <see cref="Pin"/>.</exception>
    public ReadOnlySpan<byte> Bytes(string name)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var entry = Entry(name);
        if (entry.ByteCount > int.MaxValue)
            throw new NotSupportedException($"{Path}: tensor '{name}' has {entry.ByteCount} bytes, more than one span can hold.");
        return new(_start + entry.Offset, (int)entry.ByteCount);
    }

    /// <summary>The address of an array's bytes, which stays readable until the pin is disposed, even after this file is.</summary>
    /// <exception cref="InputException">The file has no array of that name.</exception>
    public PinnedBytes Pin(string name)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return new(_view.SafeMemoryMappedViewHandle, Entry(name));
    }

    /// <summary>The description of an array.</summary>
    /// <exception cref="InputException">The file has no array of that name.</exception>
    public SafetensorsEntry Entry(string name) =>
        Entries.TryGetValue(name, out var entry)
            ? entry
            : throw new InputException($"{Path}: no tensor '{name}' among its {Entries.Count}.");

    /// <summary>Unmaps the file, or leaves that to the last pin.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
    }

    private static FileStream OpenForReading(string path)
    {
        if (Directory.Exists(path))
            throw new InputException($"{path}: this is a folder; name the .safetensors file in it.");
        try
        {
            return new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputException($"{path}: there is no such file; check the path.", fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be read ({fault.Message}); check its permissions.", fault);
        }
    }

    private static int HeaderLength(ReadOnlySpan<byte> start, long fileLength)
    {
        SafetensorsHeader.Demand(start.Length >= SafetensorsHeader.PrefixLength,
            $"it has {fileLength} bytes, too few for a safetensors file; copy or download it again");
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(start);
        SafetensorsHeader.Demand(length <= SafetensorsHeader.LongestHeader, ForeignFile.Recognize(start)
            ?? $"it claims a header of {length} bytes where the format allows 100000000; it is not a safetensors file");
        SafetensorsHeader.Demand(SafetensorsHeader.PrefixLength + (long)length <= fileLength,
            $"it claims a header of {length} bytes but has only {fileLength} in all; it was cut short: copy or download it again");
        return (int)length;
    }

    private static SafetensorsFile Map(string path, FileStream file, int headerLength)
    {
        long length = file.Length;
        // Copy on write, so that a tensor over the bytes can be written to like any other without reaching the file.
        using var map = MemoryMappedFile.CreateFromFile(
            file, mapName: null, length, MemoryMappedFileAccess.CopyOnWrite, HandleInheritability.None, leaveOpen: true);
        var view = map.CreateViewAccessor(0, length, MemoryMappedFileAccess.CopyOnWrite);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        try
        {
            var header = SafetensorsHeader.Parse(
                new(start + SafetensorsHeader.PrefixLength, headerLength), length - SafetensorsHeader.PrefixLength - headerLength);
            return new(path, view, start, header);
        }
        catch
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
            view.Dispose();
            throw;
        }
    }
}
