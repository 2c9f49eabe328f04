namespace Visalign.Torch;

/// <summary>What a stream of noise is for: streams of different purpose never meet.</summary>
public enum NoisePurpose
{
    /// <summary>Initial values of parameters.</summary>
    Initialization = 1,
    /// <summary>Start noise of a sample.</summary>
    Start = 2,
    /// <summary>Noise of a stochastic sampler step.</summary>
    Step = 3,
    /// <summary>Training noise of a denoising or autoencoding objective.</summary>
    Training = 4,
    /// <summary>Draws of times, windows and orders.</summary>
    Choice = 5,
    /// <summary>Probes and nudges of the preflight.</summary>
    Probe = 6,
}

/// <summary>Names one stream of random numbers.</summary>
/// <param name="Seed">The run's seed.</param>
/// <param name="Purpose">What it is for.</param>
/// <param name="Iteration">Training iteration.</param>
/// <param name="Sample">Global sample index, never a rank's or batch's own.</param>
/// <param name="Step">Sampler step.</param>
/// <param name="Branch">Branch of a trajectory.</param>
public readonly record struct NoiseKey(ulong Seed, NoisePurpose Purpose, long Iteration = 0, long Sample = 0, int Step = 0, int Branch = 0);

/// <summary>Counter-based random numbers: a stream is a function of its key, whatever the batch, process or thread.</summary>
/// <remarks>Philox 4×32 with 10 rounds (Salmon et al., SC 2011); normals by Box and Muller.</remarks>
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
        ulong stream = Stream(key);
        for (int i = 0; i < values.Length; i += 4)
        {
            var (a, b, c, d) = Philox(stream, (ulong)(i / 4));
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
        var (a, b, _, _) = Philox(Stream(key), (ulong)index);
        return ((((ulong)a << 32) | b) >> 11) * (1.0 / (1UL << 53));
    }

    /// <summary>One whole number in [0, <paramref name="bound"/>).</summary>
    public static int Below(int bound, NoiseKey key, long index = 0) => (int)(Uniform(key, index) * bound);

    private static ulong Stream(NoiseKey key)
    {
        ulong stream = Mix(key.Seed ^ 0x9E3779B97F4A7C15);
        stream = Mix(stream ^ ((ulong)key.Purpose << 56) ^ (ulong)key.Iteration);
        stream = Mix(stream ^ (ulong)key.Sample);
        return Mix(stream ^ ((ulong)(uint)key.Step << 32) ^ (uint)key.Branch);
    }

    // The finalizer of SplitMix64: a bijection that spreads every input bit.
    private static ulong Mix(ulong x)
    {
        x += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }

    internal static (uint A, uint B, uint C, uint D) Philox(ulong key, ulong counter, ulong counterHigh = 0)
    {
        uint a = (uint)counter, b = (uint)(counter >> 32), c = (uint)counterHigh, d = (uint)(counterHigh >> 32), k0 = (uint)key, k1 = (uint)(key >> 32);
        for (int round = 0; round < 10; round++)
        {
            ulong left = 0xD2511F53UL * a, right = 0xCD9E8D57UL * c;
            (a, b, c, d) = ((uint)(right >> 32) ^ b ^ k0, (uint)right, (uint)(left >> 32) ^ d ^ k1, (uint)left);
            k0 += 0x9E3779B9;
            k1 += 0xBB67AE85;
        }
        return (a, b, c, d);
    }

    private static (float X, float Y) BoxMuller(uint a, uint b)
    {
        // a + ½ keeps the logarithm finite; its largest radius is about 6.7.
        float radius = MathF.Sqrt(-2 * MathF.Log((a + 0.5f) * (1f / 4294967296f)));
        var (sine, cosine) = MathF.SinCos(b * (2 * MathF.PI / 4294967296f));
        return (radius * cosine, radius * sine);
    }
}
