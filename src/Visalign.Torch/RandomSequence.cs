namespace Visalign.Torch;

/// <summary>Random numbers drawn one after another: the n-th is a pure function of the key and of what was drawn before it.</summary>
/// <remarks>
/// For draws whose number is not known beforehand, such as places tried until one fits; numbers with an index of their own
/// come from <see cref="Noise"/>. A mutable value: pass it by reference.
/// </remarks>
/// <param name="key">The stream.</param>
public struct RandomSequence(NoiseKey key)
{
    private readonly ulong _stream = key.Stream;
    private (uint A, uint B, uint C, uint D) _block;
    private ulong _drawn;

    /// <summary>A whole number in [0, <paramref name="bound"/>); its bias is below bound / 2^32.</summary>
    public int Below(int bound) => (int)(((ulong)Next() * (ulong)bound) >> 32);

    /// <summary>A number in [<paramref name="low"/>, <paramref name="high"/>).</summary>
    public double Between(double low, double high) =>
        low + (high - low) * (((((ulong)Next() << 32) | Next()) >> 11) * (1.0 / (1UL << 53)));

    private uint Next()
    {
        if ((_drawn & 3) == 0) _block = Philox.Block(_stream, _drawn >> 2);
        return (_drawn++ & 3) switch { 0 => _block.A, 1 => _block.B, 2 => _block.C, _ => _block.D };
    }
}
