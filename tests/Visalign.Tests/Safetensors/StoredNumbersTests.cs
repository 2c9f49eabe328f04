using Visalign.Torch.Safetensors;

namespace Visalign.Tests.Safetensors;

public sealed class StoredNumbersTests
{
    [Theory]
    // By hand, sign.exponent.fraction. E4M3 bias 7: 0.1111.110 = 1.75 * 2^8; 0.0000.001 = 2^-9; all ones is NaN.
    [InlineData(StoredType.Float8E4M3, 0x7e, 448)]
    [InlineData(StoredType.Float8E4M3, 0x01, 0.001953125)]
    [InlineData(StoredType.Float8E4M3, 0xff, double.NaN)]
    // E5M2 bias 15: 0.11110.11 = 1.75 * 2^15; top exponent is infinity or NaN.
    [InlineData(StoredType.Float8E5M2, 0x7b, 57344)]
    [InlineData(StoredType.Float8E5M2, 0xfc, double.NegativeInfinity)]
    [InlineData(StoredType.Float8E5M2, 0x7d, double.NaN)]
    // FNUZ: bias one more, the top exponent is ordinary, only 0x80 is NaN.
    [InlineData(StoredType.Float8E4M3Fnuz, 0x7f, 240)]
    [InlineData(StoredType.Float8E4M3Fnuz, 0x81, -0.0009765625)]
    [InlineData(StoredType.Float8E4M3Fnuz, 0x80, double.NaN)]
    [InlineData(StoredType.Float8E5M2Fnuz, 0x7f, 57344)]
    [InlineData(StoredType.Float8E5M2Fnuz, 0x80, double.NaN)]
    // E8M0: 2^(x - 127).
    [InlineData(StoredType.Float8E8M0, 127, 1)]
    [InlineData(StoredType.Float8E8M0, 120, 0.0078125)]
    [InlineData(StoredType.Float8E8M0, 255, double.NaN)]
    public void Eight_bit_floats_have_their_values(StoredType type, byte bits, double value) =>
        Assert.Equal([value], StoredNumbers.ToDoubles(type, [bits]));

    [Fact]
    public void Wide_integers_stay_exact_and_fractions_are_no_integers()
    {
        Assert.Equal([long.MaxValue], StoredNumbers.ToIntegers(StoredType.Int64, BitConverter.GetBytes(long.MaxValue)));
        Assert.Throws<OverflowException>(() => StoredNumbers.ToIntegers(StoredType.UInt64, BitConverter.GetBytes(ulong.MaxValue)));
        Assert.Throws<NotSupportedException>(() => StoredNumbers.ToIntegers(StoredType.Float16, [0, 0]));
    }

    [Fact]
    public void A_complex_number_gives_its_two_parts() =>
        Assert.Equal([1.5f, -2f], StoredNumbers.ToSingles(StoredType.Complex64, [.. BitConverter.GetBytes(1.5f), .. BitConverter.GetBytes(-2f)]));
}
