using System.Runtime.InteropServices;

namespace Visalign.Torch.Safetensors;

/// <summary>Numbers on their way into a file: type, shape and bytes. The name is the key of the dictionary it is in.</summary>
public sealed unsafe class StoredArray
{
    private const int LargestWrite = 1 << 30;
    private readonly Action<Stream> _write;

    private StoredArray(StoredType type, long[] shape, long byteCount, Action<Stream> write)
    {
        Int128 bits = shape.Aggregate((Int128)type.Bits(), (product, size) => product * size);
        if (shape.Any(size => size < 0) || bits != (Int128)byteCount * 8)
            throw new ArgumentException($"{byteCount} bytes are not {type.FormatName()} numbers of shape [{string.Join(", ", shape)}].");
        Type = type;
        Shape = shape;
        ByteCount = byteCount;
        _write = write;
    }

    /// <summary>The format of the numbers.</summary>
    public StoredType Type { get; }

    /// <summary>Dimensions, outermost first; empty for a scalar.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>Bytes in all.</summary>
    public long ByteCount { get; }

    /// <summary>Single-precision numbers, row-major.</summary>
    /// <param name="numbers">Read when the file is written, not before.</param>
    public static StoredArray Of(float[] numbers, params long[] shape) => Of(StoredType.Float32, numbers, shape);

    /// <inheritdoc cref="Of(float[], long[])"/>
    public static StoredArray Of(double[] numbers, params long[] shape) => Of(StoredType.Float64, numbers, shape);

    /// <inheritdoc cref="Of(float[], long[])"/>
    public static StoredArray Of(long[] numbers, params long[] shape) => Of(StoredType.Int64, numbers, shape);

    /// <summary>Numbers of any type, given as the bytes the file shall hold.</summary>
    public static StoredArray OfBytes(StoredType type, ReadOnlyMemory<byte> bytes, params long[] shape) =>
        new(type, shape, bytes.Length, stream => stream.Write(bytes.Span));

    /// <summary>Numbers in memory that somebody else owns and keeps until the file is written.</summary>
    /// <param name="address">Row-major, contiguous.</param>
    public static StoredArray OfMemory(StoredType type, nint address, long byteCount, params long[] shape) =>
        new(type, shape, byteCount, stream =>
        {
            for (long at = 0; at < byteCount; at += LargestWrite)
                stream.Write(new ReadOnlySpan<byte>((byte*)address + at, (int)Math.Min(LargestWrite, byteCount - at)));
        });

    /// <summary>Bytes that are only known once everything before them is written.</summary>
    internal static StoredArray Late(StoredType type, Func<byte[]> bytes, params long[] shape) =>
        new(type, shape, shape.Aggregate(1L, (product, size) => product * size) * type.Bits() / 8, stream => stream.Write(bytes()));

    /// <summary>Writes the bytes.</summary>
    internal void WriteTo(Stream stream) => _write(stream);

    private static StoredArray Of<T>(StoredType type, T[] numbers, long[] shape) where T : unmanaged =>
        new(type, shape, (long)numbers.Length * sizeof(T), stream =>
        {
            fixed (T* first = numbers)
            {
                long byteCount = (long)numbers.Length * sizeof(T);
                for (long at = 0; at < byteCount; at += LargestWrite)
                    stream.Write(new ReadOnlySpan<byte>((byte*)first + at, (int)Math.Min(LargestWrite, byteCount - at)));
            }
        });
}
