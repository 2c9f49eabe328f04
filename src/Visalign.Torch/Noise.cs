namespace Visalign.Torch;

/// <summary>Counter-based random numbers: a stream is a function of its key, whatever the batch, process or thread.</summary>
/// <remarks>Words of <see cref="Philox"/>; normals by Box and Muller. Numbers drawn one after another: <see cref="RandomSequence"/>.</remarks>
public static class Noise
{
    /// <summary>Standard normal numbers for a batch, one stream per sample.</summary>
    /// <param name="key">The stream of sample <paramref name="firstSample"/>; each next row adds one.</param>
    /// <param name="shape">Shape <c>[B, …]</c>.</param>
    public static Tensor Normal(NoiseKey key, long firstSample, params ReadOnlySpan<long> shape)
    {
        var tensor = Tensor.Empty(shape);
        var values = tensor.AsSpan<float>();
        int length = values.Length / (int)Math.Max(1, shape[0]);
        for (int i = 0; i < shape[0]; i++) Normal(key with { Sample = firstSample + i }, values.Slice(i * length, length));
        return tensor;
    }

    /// <summary>Fills with standard normal numbers.</summary>
    public static void Normal(NoiseKey key, Span<float> values)
    {
        ulong stream = key.Stream;
        for (int i = 0; i < values.Length; i += 4)
        {
            var (a, b, c, d) = Philox.Block(stream, (ulong)(i / 4));
            var (x, y) = BoxMuller(a, b);
            var (z, w) = BoxMuller(c, d);
            values[i] = x;
            if (i + 1 < values.Length) values[i + 1] = y;
            if (i + 2 < values.Length) values[i + 2] = z;
            if (i + 3 < values.Length) values[i + 3] = w;
        }
    }

    /// <summary>One uniform number in [0, 1).</summary>
    public static double Uniform(NoiseKey key, long index = 0)
    {
        var (a, b, _, _) = Philox.Block(key.Stream, (ulong)index);
        return ((((ulong)a << 32) | b) >> 11) * (1.0 / (1UL << 53));
    }

    /// <summary>One whole number in [0, <paramref name="bound"/>).</summary>
    public static int Below(int bound, NoiseKey key, long index = 0) => (int)(Uniform(key, index) * bound);

    private static (float X, float Y) BoxMuller(uint a, uint b)
    {
        // a + ½ keeps the logarithm finite; its largest radius is about 6.7.
        float radius = MathF.Sqrt(-2 * MathF.Log((a + 0.5f) * (1f / 4294967296f)));
        var (sine, cosine) = MathF.SinCos(b * (2 * MathF.PI / 4294967296f));
        return (radius * cosine, radius * sine);
    }
}
