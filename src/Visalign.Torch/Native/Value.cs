using System.Runtime.InteropServices;
using System.Text;

namespace Visalign.Torch.Native;

/// <summary>One argument or result of a boxed call; lists live in the thread's <see cref="Arena"/>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly unsafe struct Value
{
    internal readonly long Tag;
    internal readonly long Length;
    internal readonly long Bits;

    private const long TagNone = 1, TagTensor = 2, TagInt = 3, TagDouble = 4, TagBool = 5, TagString = 6, TagDevice = 7, TagInts = 8, TagDoubles = 9, TagTensors = 10;

    private Value(long tag, long bits, long length = 0) => (Tag, Bits, Length) = (tag, bits, length);

    /// <summary>Take the default of libtorch's schema.</summary>
    internal static Value Default => default;

    /// <summary>An empty optional.</summary>
    internal static Value None => new(TagNone, 0);

    internal bool IsTensor => Tag == TagTensor;
    internal bool IsNone => Tag == TagNone;
    internal double AsDouble => Tag == TagDouble ? BitConverter.Int64BitsToDouble(Bits) : Bits;

    public static implicit operator Value(Tensor? tensor) => tensor is null ? None : new(TagTensor, tensor.Handle);
    public static implicit operator Value(long number) => new(TagInt, number);
    public static implicit operator Value(double number) => new(TagDouble, BitConverter.DoubleToInt64Bits(number));
    public static implicit operator Value(bool flag) => new(TagBool, flag ? 1 : 0);
    public static implicit operator Value(DType dtype) => new(TagInt, (long)dtype);
    public static implicit operator Value(Device device) => new(TagDevice, ((long)device.Kind << 32) | (uint)device.Index);

    public static implicit operator Value(string text)
    {
        int count = Encoding.UTF8.GetByteCount(text);
        var bytes = new Span<byte>(Arena.Take((count + 7) / 8), count);
        Encoding.UTF8.GetBytes(text, bytes);
        fixed (byte* start = bytes) return new(TagString, (long)start, count);
    }

    public static implicit operator Value(ReadOnlySpan<long> list)
    {
        long* copy = Arena.Take(list.Length);
        list.CopyTo(new Span<long>(copy, list.Length));
        return new(TagInts, (long)copy, list.Length);
    }

    public static implicit operator Value(ReadOnlySpan<double> list)
    {
        long* copy = Arena.Take(list.Length);
        list.CopyTo(new Span<double>(copy, list.Length));
        return new(TagDoubles, (long)copy, list.Length);
    }

    public static implicit operator Value(ReadOnlySpan<Tensor?> list)
    {
        long* copy = Arena.Take(list.Length);
        for (int i = 0; i < list.Length; i++) copy[i] = list[i]?.Handle ?? 0;
        return new(TagTensors, (long)copy, list.Length);
    }
}

/// <summary>Scratch memory for the lists of the call being made: a ring, since a call's lists die with the call.</summary>
internal static unsafe class Arena
{
    private const int Capacity = 1 << 15;

    [ThreadStatic] private static long* t_memory;
    [ThreadStatic] private static int t_used;

    /// <summary>Room for <paramref name="count"/> 64-bit slots, valid until a later call wraps around.</summary>
    internal static long* Take(int count)
    {
        if (count > Capacity / 4) throw new ArgumentException($"A list of {count} entries is too long for one operator call; at most {Capacity / 4} fit.");
        if (t_memory is null) t_memory = (long*)NativeMemory.Alloc(Capacity, sizeof(long));
        if (t_used + count > Capacity) t_used = 0;
        long* start = t_memory + t_used;
        t_used += count;
        return start;
    }
}
