using System.Runtime.InteropServices;
using Visalign.Torch.Engines;
using Visalign.Torch.Native;

namespace Visalign.Torch;

/// <summary>A libtorch tensor.</summary>
/// <remarks>
/// Belongs to the <see cref="TensorScope"/> that was open when it was made, and dies with it unless kept. Wrong use (a
/// disposed tensor, shapes that do not fit) throws and names the operator and the shapes.
/// </remarks>
public sealed partial class Tensor : IDisposable
{
    private static long s_live;

    private nint _handle;
    private long[]? _shape;

    /// <summary>Takes over one reference to a native tensor.</summary>
    internal Tensor(nint handle)
    {
        if (handle == 0) throw new TorchException("libtorch returned an undefined tensor.");
        _handle = handle;
        Interlocked.Increment(ref s_live);
        TensorScope.Current?.Adopt(this);
    }

    internal TensorScope? Owner { get; set; }

    internal nint Handle
    {
        get
        {
            ObjectDisposedException.ThrowIf(_handle == 0, this);
            return _handle;
        }
    }

    /// <summary>Tensors alive in this process, as C# counts them.</summary>
    public static long LiveCount => Interlocked.Read(ref s_live);

    /// <summary>Opens a scope that frees the tensors made in it.</summary>
    public static TensorScope Scope() => TensorScope.Open();

    /// <summary>Whether it has been freed.</summary>
    public bool IsDisposed => _handle == 0;

    /// <summary>Sizes, outermost first.</summary>
    public ReadOnlySpan<long> Shape => _shape ??= ReadShape();

    /// <summary>Number of dimensions.</summary>
    public int Rank => Shape.Length;

    /// <summary>Number of elements.</summary>
    public long Count => Info.ElementCount;

    /// <summary>Element type.</summary>
    public DType DType => (DType)Info.DType;

    /// <summary>Where it lives.</summary>
    public Device Device => new(Info.DeviceType, Info.DeviceIndex);

    /// <summary>Whether autograd records what is done with it.</summary>
    public bool RequiresGrad => Info.RequiresGrad != 0;

    /// <summary>Whether its elements lie in memory in row-major order without gaps.</summary>
    public bool IsContiguous => Info.IsContiguous != 0;

    /// <summary>The size of one dimension; negative counts from the last.</summary>
    /// <exception cref="TorchException">It has no such dimension.</exception>
    public long Size(int dimension)
    {
        int index = dimension < 0 ? dimension + Rank : dimension;
        return index >= 0 && index < Rank ? Shape[index] : throw new TorchException($"size({this}, {dimension}): there is no such dimension.");
    }

    /// <summary>Where the first element lies in memory.</summary>
    internal unsafe nint Address => (nint)Info.Data;

    private NativeInfo Info
    {
        get
        {
            unsafe
            {
                Bridge.Check(Bridge.va_info(Handle, out var info));
                return info;
            }
        }
    }

    private unsafe long[] ReadShape()
    {
        var info = Info;
        return new ReadOnlySpan<long>(info.Sizes, info.Dimensions).ToArray();
    }

    /// <summary>Takes the tensor out of every scope: it lives until <see cref="Dispose"/>.</summary>
    public Tensor Persist()
    {
        Owner = null;
        return this;
    }

    /// <summary>A second handle to the same native tensor, gradient history included, with a life of its own.</summary>
    internal Tensor Share()
    {
        Bridge.va_retain(Handle);
        return new Tensor(_handle);
    }

    /// <summary>Frees this handle; the memory goes when the last view and graph node let go.</summary>
    public void Dispose()
    {
        if (_handle == 0) return;
        Bridge.va_release(_handle);
        _handle = 0;
        Owner = null;
        Interlocked.Decrement(ref s_live);
    }

    /// <summary>The elements in place, without a copy.</summary>
    /// <exception cref="InvalidOperationException">Not contiguous, not on the CPU, or of another type.</exception>
    public unsafe Span<T> AsSpan<T>() where T : unmanaged
    {
        var info = Info;
        if (info.DeviceType != 0) throw new InvalidOperationException($"{this} is not on the CPU; move it first.");
        if (info.IsContiguous == 0) throw new InvalidOperationException($"{this} is not contiguous; call Contiguous() first.");
        if (sizeof(T) != ElementSize((DType)info.DType)) throw new InvalidOperationException($"{this} does not hold elements of type {typeof(T).Name}.");
        return new Span<T>(info.Data, checked((int)info.ElementCount));
    }

    /// <summary>A copy of the elements in row-major order; waits for the device.</summary>
    public T[] ToArray<T>() where T : unmanaged
    {
        using var scope = Scope();
        return Detach().To(Device.Cpu).Contiguous().AsSpan<T>().ToArray();
    }

    /// <summary>The only element, as a double; waits for the device.</summary>
    public double Item()
    {
        if (Count != 1) throw new InvalidOperationException($"{this} has {Count} elements; Item needs exactly one.");
        return Operators.Item.CallNumber(this);
    }

    /// <inheritdoc/>
    public override string ToString() => _handle == 0 ? "disposed tensor" : $"{DType}[{string.Join(", ", Shape.ToArray())}]";

    internal static int ElementSize(DType dtype) => dtype switch
    {
        DType.UInt8 or DType.Int8 or DType.Bool => 1,
        DType.Int16 or DType.Float16 or DType.BFloat16 => 2,
        DType.Int32 or DType.Float32 => 4,
        _ => 8,
    };
}
