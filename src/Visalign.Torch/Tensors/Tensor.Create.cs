using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Visalign.Torch.Engines;
using Visalign.Torch.Native;

namespace Visalign.Torch;

public sealed partial class Tensor
{
    /// <summary>Uninitialized memory.</summary>
    public static Tensor Empty(ReadOnlySpan<long> shape, DType dtype = DType.Float32, Device? device = null) =>
        Operators.Empty.Call(shape, dtype, Value.None, device ?? Device.Cpu);

    /// <summary>Every element <paramref name="value"/>.</summary>
    public static Tensor Full(ReadOnlySpan<long> shape, double value, DType dtype = DType.Float32, Device? device = null) =>
        Operators.Full.Call(shape, value, dtype, Value.None, device ?? Device.Cpu);

    /// <summary>Zeros.</summary>
    public static Tensor Zeros(ReadOnlySpan<long> shape, DType dtype = DType.Float32, Device? device = null) => Full(shape, 0, dtype, device);

    /// <summary>Ones.</summary>
    public static Tensor Ones(ReadOnlySpan<long> shape, DType dtype = DType.Float32, Device? device = null) => Full(shape, 1, dtype, device);

    /// <summary>The numbers from <paramref name="start"/> up to but without <paramref name="end"/>.</summary>
    public static Tensor Arange(double start, double end, double step = 1, DType dtype = DType.Float32) =>
        Operators.Arange.Call(start, end, step, dtype, Value.None, Device.Cpu);

    /// <summary>A scalar, shape <c>[]</c>.</summary>
    public static Tensor Of(double value, DType dtype = DType.Float32) => Full([], value, dtype);

    /// <summary>A copy of <paramref name="values"/> in row-major order.</summary>
    /// <exception cref="ArgumentException">The shape asks for another number of elements.</exception>
    public static Tensor From<T>(ReadOnlySpan<T> values, params ReadOnlySpan<long> shape) where T : unmanaged
    {
        long count = 1;
        foreach (long size in shape) count *= size;
        if (count != values.Length) throw new ArgumentException($"{values.Length} values do not fill the shape [{string.Join(", ", shape.ToArray())}].");
        var tensor = Empty(shape, DTypeOf<T>());
        values.CopyTo(tensor.AsSpan<T>());
        return tensor;
    }

    /// <inheritdoc cref="From{T}(ReadOnlySpan{T}, ReadOnlySpan{long})"/>
    public static Tensor From<T>(T[] values, params ReadOnlySpan<long> shape) where T : unmanaged => From<T>(values.AsSpan(), shape);

    /// <summary>A tensor over memory that somebody else owns, without a copy.</summary>
    /// <param name="memory">The first element, row-major.</param>
    /// <param name="owner">Disposed when libtorch lets go of the memory, on whatever thread that happens.</param>
    internal static unsafe Tensor Over(void* memory, ReadOnlySpan<long> shape, DType dtype, IDisposable owner)
    {
        Engine.Start();
        var handle = GCHandle.Alloc(owner);
        nint result;
        fixed (long* sizes = shape)
            Bridge.Check(Bridge.va_from_memory(memory, sizes, shape.Length, (int)dtype, &LetGo, GCHandle.ToIntPtr(handle), out result));
        return new Tensor(result);
    }

    [UnmanagedCallersOnly]
    private static void LetGo(nint context)
    {
        var handle = GCHandle.FromIntPtr(context);
        ((IDisposable)handle.Target!).Dispose();
        handle.Free();
    }

    internal static DType DTypeOf<T>() where T : unmanaged =>
        typeof(T) == typeof(float) ? DType.Float32 :
        typeof(T) == typeof(double) ? DType.Float64 :
        typeof(T) == typeof(long) ? DType.Int64 :
        typeof(T) == typeof(int) ? DType.Int32 :
        typeof(T) == typeof(short) ? DType.Int16 :
        typeof(T) == typeof(sbyte) ? DType.Int8 :
        typeof(T) == typeof(byte) ? DType.UInt8 :
        typeof(T) == typeof(bool) ? DType.Bool :
        typeof(T) == typeof(Half) ? DType.Float16 :
        throw new ArgumentException($"No tensor holds elements of type {typeof(T).Name}.");

    /// <summary>A contiguous copy.</summary>
    public Tensor Clone() => Operators.Clone.Call(this);

    /// <summary>The same elements in row-major order; itself where they already are.</summary>
    public Tensor Contiguous() => Operators.Contiguous.Call(this);

    /// <summary>Another element type.</summary>
    public Tensor To(DType dtype) => Operators.ToDType.Call(this, dtype);

    /// <summary>Another device.</summary>
    public Tensor To(Device device) => Operators.ToDevice.Call(this, device, DType);

    /// <summary>The same memory without history.</summary>
    public Tensor Detach() => Operators.Detach.Call(this);

    /// <summary>Overwrites the elements with those of <paramref name="source"/>, broadcast and converted.</summary>
    public void CopyInPlace(Tensor source) => Operators.CopyInPlace.CallVoid(this, source);

    /// <summary>Overwrites every element.</summary>
    public void FillInPlace(double value) => Operators.FillInPlace.CallVoid(this, value);
}
