namespace Visalign.Torch.Safetensors;

/// <summary>The number formats a safetensors file can hold, in the order of the format's own list.</summary>
/// <remarks>The order matters: writers lay out the data by descending type, so that larger numbers stay aligned.</remarks>
#pragma warning disable CA1720 // These are number formats; their names must say which.
public enum StoredType
{
    /// <summary>One byte, 0 or 1.</summary>
    Bool,
    /// <summary>4-bit float E2M1, two to a byte.</summary>
    Float4,
    /// <summary>6-bit float E2M3.</summary>
    Float6E2M3,
    /// <summary>6-bit float E3M2.</summary>
    Float6E3M2,
    /// <summary>Unsigned byte.</summary>
    UInt8,
    /// <summary>Signed byte.</summary>
    Int8,
    /// <summary>8-bit float with 5 exponent bits, infinities and NaN.</summary>
    Float8E5M2,
    /// <summary>8-bit float with 4 exponent bits, NaN but no infinity.</summary>
    Float8E4M3,
    /// <summary>8-bit power of two, a block scale; 255 is NaN.</summary>
    Float8E8M0,
    /// <summary>As E4M3 with bias 8 and without negative zero, whose bits mean NaN.</summary>
    Float8E4M3Fnuz,
    /// <summary>As E5M2 with bias 16, no infinities and no negative zero, whose bits mean NaN.</summary>
    Float8E5M2Fnuz,
    /// <summary>Signed 16-bit integer.</summary>
    Int16,
    /// <summary>Unsigned 16-bit integer.</summary>
    UInt16,
    /// <summary>IEEE half precision.</summary>
    Float16,
    /// <summary>The upper half of a single.</summary>
    BFloat16,
    /// <summary>Signed 32-bit integer.</summary>
    Int32,
    /// <summary>Unsigned 32-bit integer.</summary>
    UInt32,
    /// <summary>IEEE single precision.</summary>
    Float32,
    /// <summary>Complex number of two singles.</summary>
    Complex64,
    /// <summary>IEEE double precision.</summary>
    Float64,
    /// <summary>Signed 64-bit integer.</summary>
    Int64,
    /// <summary>Unsigned 64-bit integer.</summary>
    UInt64,
}
#pragma warning restore CA1720

/// <summary>Names and sizes of the stored types.</summary>
public static class StoredTypes
{
    private static readonly (StoredType Type, string Name, int Bits)[] Table =
    [
        (StoredType.Bool, "BOOL", 8), (StoredType.Float4, "F4", 4),
        (StoredType.Float6E2M3, "F6_E2M3", 6), (StoredType.Float6E3M2, "F6_E3M2", 6),
        (StoredType.UInt8, "U8", 8), (StoredType.Int8, "I8", 8),
        (StoredType.Float8E5M2, "F8_E5M2", 8), (StoredType.Float8E4M3, "F8_E4M3", 8),
        (StoredType.Float8E8M0, "F8_E8M0", 8), (StoredType.Float8E4M3Fnuz, "F8_E4M3FNUZ", 8),
        (StoredType.Float8E5M2Fnuz, "F8_E5M2FNUZ", 8), (StoredType.Int16, "I16", 16),
        (StoredType.UInt16, "U16", 16), (StoredType.Float16, "F16", 16), (StoredType.BFloat16, "BF16", 16),
        (StoredType.Int32, "I32", 32), (StoredType.UInt32, "U32", 32), (StoredType.Float32, "F32", 32),
        (StoredType.Complex64, "C64", 64), (StoredType.Float64, "F64", 64), (StoredType.Int64, "I64", 64),
        (StoredType.UInt64, "U64", 64),
    ];

    private static readonly Dictionary<string, StoredType> ByName = Table.ToDictionary(row => row.Name, row => row.Type);

    /// <summary>Every name the format knows, in its order.</summary>
    public static IEnumerable<string> Names => Table.Select(row => row.Name);

    /// <summary>The name in the file's header, such as <c>BF16</c>.</summary>
    public static string FormatName(this StoredType type) => Table[(int)type].Name;

    /// <summary>Bits of one number: 4, 6, 8, 16, 32 or 64.</summary>
    public static int Bits(this StoredType type) => Table[(int)type].Bits;

    /// <summary>Reads a header's name; exact spelling only.</summary>
    public static bool TryParse(string name, out StoredType type) => ByName.TryGetValue(name, out type);
}
