using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Visalign.Torch.Safetensors;

/// <summary>Turns stored bytes into .NET numbers. Bytes are little-endian and may be unaligned.</summary>
/// <remarks>Sub-byte floats (F4, F6) have no packing order in the format; they are handed out as bytes only.</remarks>
public static class StoredNumbers
{
    /// <summary>Reads numbers as double precision, exactly for every type but 64-bit integers beyond 2^53.</summary>
    /// <param name="bytes">Whole numbers of <paramref name="type"/>; complex numbers give real and imaginary part in turn.</param>
    /// <exception cref="NotSupportedException">A sub-byte type.</exception>
    public static double[] ToDoubles(StoredType type, ReadOnlySpan<byte> bytes)
    {
        var read = Reader(type);
        int size = type == StoredType.Complex64 ? 4 : type.Bits() / 8;
        double[] numbers = new double[bytes.Length / size];
        for (int i = 0; i < numbers.Length; i++)
            numbers[i] = read(bytes.Slice(i * size, size));
        return numbers;
    }

    /// <summary>Reads numbers as single precision; doubles and large integers are rounded.</summary>
    /// <inheritdoc cref="ToDoubles"/>
    public static float[] ToSingles(StoredType type, ReadOnlySpan<byte> bytes) =>
        type == StoredType.Float32
            ? MemoryMarshal.Cast<byte, float>(bytes).ToArray()
            : Array.ConvertAll(ToDoubles(type, bytes), number => (float)number);

    /// <summary>Reads whole numbers, bytes and truth values.</summary>
    /// <exception cref="NotSupportedException">A type of fractions.</exception>
    /// <exception cref="OverflowException">An unsigned number beyond <see cref="long.MaxValue"/>.</exception>
    public static long[] ToIntegers(StoredType type, ReadOnlySpan<byte> bytes) => type switch
    {
        StoredType.Int64 => MemoryMarshal.Cast<byte, long>(bytes).ToArray(),
        StoredType.UInt64 => Array.ConvertAll(MemoryMarshal.Cast<byte, ulong>(bytes).ToArray(), number => checked((long)number)),
        StoredType.Bool or StoredType.UInt8 or StoredType.Int8 or StoredType.Int16 or StoredType.UInt16
            or StoredType.Int32 or StoredType.UInt32 => Array.ConvertAll(ToDoubles(type, bytes), number => (long)number),
        _ => throw new NotSupportedException($"{type.FormatName()} numbers are not whole numbers."),
    };

    private delegate double ReadOne(ReadOnlySpan<byte> bytes);

    private static ReadOne Reader(StoredType type) => type switch
    {
        StoredType.Bool => bytes => bytes[0] == 0 ? 0 : 1,
        StoredType.UInt8 => bytes => bytes[0],
        StoredType.Int8 => bytes => (sbyte)bytes[0],
        StoredType.Int16 => bytes => BinaryPrimitives.ReadInt16LittleEndian(bytes),
        StoredType.UInt16 => bytes => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        StoredType.Int32 => bytes => BinaryPrimitives.ReadInt32LittleEndian(bytes),
        StoredType.UInt32 => bytes => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        StoredType.Int64 => bytes => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        StoredType.UInt64 => bytes => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
        StoredType.Float16 => bytes => (double)BinaryPrimitives.ReadHalfLittleEndian(bytes),
        StoredType.BFloat16 => bytes => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(bytes) << 16),
        StoredType.Float32 or StoredType.Complex64 => bytes => BinaryPrimitives.ReadSingleLittleEndian(bytes),
        StoredType.Float64 => BinaryPrimitives.ReadDoubleLittleEndian,
        StoredType.Float8E4M3 => bytes => (bytes[0] & 0x7f) == 0x7f ? double.NaN : Small(bytes[0], 3, 7),
        // E5M2 is the upper half of a half.
        StoredType.Float8E5M2 => bytes => (double)BitConverter.UInt16BitsToHalf((ushort)(bytes[0] << 8)),
        StoredType.Float8E4M3Fnuz => bytes => bytes[0] == 0x80 ? double.NaN : Small(bytes[0], 3, 8),
        StoredType.Float8E5M2Fnuz => bytes => bytes[0] == 0x80 ? double.NaN : Small(bytes[0], 2, 16),
        StoredType.Float8E8M0 => bytes => bytes[0] == 0xff ? double.NaN : Math.ScaleB(1, bytes[0] - 127),
        _ => throw new NotSupportedException($"{type.FormatName()} numbers are smaller than a byte; they can be read as bytes only."),
    };

    /// <summary>An 8-bit float without special values: sign, exponent, fraction, with gradual underflow.</summary>
    private static double Small(byte bits, int fractionBits, int bias)
    {
        int exponent = (bits & 0x7f) >> fractionBits;
        int fraction = bits & ((1 << fractionBits) - 1);
        double magnitude = exponent == 0
            ? Math.ScaleB(fraction, 1 - bias - fractionBits)
            : Math.ScaleB(fraction + (1 << fractionBits), exponent - bias - fractionBits);
        return bits < 0x80 ? magnitude : -magnitude;
    }
}
