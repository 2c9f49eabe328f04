using FsCheck.Xunit;

namespace Visalign.Tests.Torch;

public sealed class NoiseTests
{
    // Known answers of philox4x32 with 10 rounds from Random123 (kat_vectors): zeros, ones, digits of pi.
    [Theory]
    [InlineData(0ul, 0ul, 0ul, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(0xfffffffffffffffful, 0xfffffffffffffffful, 0xfffffffffffffffful, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(0x299f31d0a4093822ul, 0x85a308d3243f6a88ul, 0x0370734413198a2eul, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void Philox_gives_the_published_answers(ulong key, ulong counter, ulong counterHigh, uint a, uint b, uint c, uint d)
    {
        Assert.Equal((a, b, c, d), Philox.Block(key, counter, counterHigh));
    }

    [Fact]
    public void Normals_have_the_moments_and_tails_of_the_normal_distribution()
    {
        const int Count = 1_000_000;
        var values = new float[Count];

        Noise.Normal(new(11, NoisePurpose.Start), values);

        double mean = values.Average(value => (double)value);
        double Moment(int power) => values.Average(value => Math.Pow(value - mean, power));
        // Four standard errors of each: 1, √2, √15, √96 over √n.
        Assert.Equal(0, mean, 4 * 1.0 / Math.Sqrt(Count));
        Assert.Equal(1, Moment(2), 4 * Math.Sqrt(2.0 / Count));
        Assert.Equal(0, Moment(3), 4 * Math.Sqrt(15.0 / Count));
        Assert.Equal(3, Moment(4), 4 * Math.Sqrt(96.0 / Count));
        Assert.Equal(0.0455, values.Count(value => Math.Abs(value) > 2) / (double)Count, 4 * Math.Sqrt(0.0455 * 0.9545 / Count));
        Assert.All(values, value => Assert.InRange(value, -7f, 7f));
    }

    [Fact]
    public void Neighboring_numbers_and_streams_are_uncorrelated()
    {
        const int Count = 200_000;
        float[] Stream(NoiseKey key)
        {
            var values = new float[Count];
            Noise.Normal(key, values);
            return values;
        }
        var key = new NoiseKey(1, NoisePurpose.Step, 2, 3, 4, 5);
        var stream = Stream(key);

        Assert.Equal(0, Correlation(stream.AsSpan(1), stream.AsSpan(0, Count - 1)), 4 / Math.Sqrt(Count));
        Assert.Equal(0, Correlation(stream.AsSpan(2), stream.AsSpan(0, Count - 2)), 4 / Math.Sqrt(Count));
        foreach (var other in new[] { key with { Seed = 2 }, key with { Purpose = NoisePurpose.Start }, key with { Iteration = 3 }, key with { Sample = 4 }, key with { Step = 5 }, key with { Branch = 6 } })
            Assert.Equal(0, Correlation(stream, Stream(other)), 4 / Math.Sqrt(Count));
    }

    private static double Correlation(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++) sum += (double)a[i] * b[i];
        return sum / a.Length;
    }

    [Property(MaxTest = 50)]
    public bool A_batch_split_anywhere_gives_the_same_numbers(ulong seed, byte batch, byte cut, byte length)
    {
        using var scope = Tensor.Scope();
        int rows = 2 + (batch % 7), first = 1 + (cut % (rows - 1)), width = 1 + (length % 19);
        var key = new NoiseKey(seed, NoisePurpose.Start, 3);

        var whole = Noise.Normal(key, 100, rows, width);
        var parts = Tensor.Cat([Noise.Normal(key, 100, first, width), Noise.Normal(key, 100 + first, rows - first, width)]);

        return whole.SameAs(parts);
    }

    [Fact]
    public void Uniforms_fill_the_unit_interval_evenly_and_whole_numbers_their_range()
    {
        const int Count = 100_000, Bins = 10;
        var key = new NoiseKey(5, NoisePurpose.Choice);
        var bins = new int[Bins];
        for (int i = 0; i < Count; i++)
        {
            double uniform = Noise.Uniform(key, i);
            Assert.InRange(uniform, 0, Math.BitDecrement(1.0));
            bins[(int)(uniform * Bins)]++;
        }

        double chiSquare = bins.Sum(count => Math.Pow(count - (Count / (double)Bins), 2) / (Count / (double)Bins));

        Assert.InRange(chiSquare, 0, 27.9);  // 99.9 % of the distribution with 9 degrees of freedom
        Assert.Equal([0, 1, 2], Enumerable.Range(0, 100).Select(i => Noise.Below(3, key, i)).Distinct().Order());
    }

    [Fact]
    public void Numbers_drawn_one_after_another_fill_their_range_evenly_and_repeat_with_the_key()
    {
        const int Count = 100_000, Bins = 10;
        var key = new NoiseKey(5, NoisePurpose.Scene, Sample: 9);
        var (random, again, other) = (new RandomSequence(key), new RandomSequence(key), new RandomSequence(key with { Purpose = NoisePurpose.Prompt }));
        var (wholes, parts) = (new int[Bins], new int[Bins]);
        var differing = 0;
        for (int i = 0; i < Count; i++)
        {
            int whole = random.Below(Bins);
            double part = random.Between(-2, 3);
            wholes[whole]++;
            parts[(int)(2 * (part + 2))]++;
            Assert.Equal((whole, part), (again.Below(Bins), again.Between(-2, 3)));
            if (whole != other.Below(Bins)) differing++;
        }

        double ChiSquare(int[] bins) => bins.Sum(count => Math.Pow(count - (Count / (double)Bins), 2) / (Count / (double)Bins));
        Assert.InRange(ChiSquare(wholes), 0, 27.9);
        Assert.InRange(ChiSquare(parts), 0, 27.9);
        Assert.Equal(0.9, differing / (double)Count, 4 * 0.3 / Math.Sqrt(Count));
    }

    [Fact]
    public void No_noise_for_no_samples()
    {
        using var scope = Tensor.Scope();

        Assert.Equal(0, Noise.Normal(new(1, NoisePurpose.Start), 0, 0, 4).Count);
    }
}
