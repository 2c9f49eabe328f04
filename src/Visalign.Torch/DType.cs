namespace Visalign.Torch;

/// <summary>Element types, numbered as in libtorch's <c>ScalarType</c>.</summary>
public enum DType
{
    /// <summary>Unsigned 8-bit integer.</summary>
    UInt8 = 0,
    /// <summary>Signed 8-bit integer.</summary>
    Int8 = 1,
    /// <summary>Signed 16-bit integer.</summary>
    Int16 = 2,
    /// <summary>Signed 32-bit integer.</summary>
    Int32 = 3,
    /// <summary>Signed 64-bit integer.</summary>
    Int64 = 4,
    /// <summary>IEEE half precision.</summary>
    Float16 = 5,
    /// <summary>IEEE single precision.</summary>
    Float32 = 6,
    /// <summary>IEEE double precision.</summary>
    Float64 = 7,
    /// <summary>Pairs of single-precision numbers.</summary>
    Complex64 = 9,
    /// <summary>Truth values, a byte each.</summary>
    Bool = 11,
    /// <summary>Brain floating point: eight exponent, seven mantissa bits.</summary>
    BFloat16 = 15,
}

/// <summary>Where a tensor lives.</summary>
/// <param name="Kind">libtorch's device type: 0 = CPU, 1 = CUDA.</param>
/// <param name="Index">Which of several; -1 = the current one.</param>
public readonly record struct Device(int Kind, int Index = -1)
{
    /// <summary>The host.</summary>
    public static Device Cpu => new(0);

    /// <summary>A CUDA device; needs a libtorch built with CUDA.</summary>
    public static Device Cuda(int index = 0) => new(1, index);

    /// <inheritdoc/>
    public override string ToString() => Kind switch { 0 => "cpu", 1 => $"cuda:{Math.Max(Index, 0)}", _ => $"device {Kind}:{Index}" };
}
