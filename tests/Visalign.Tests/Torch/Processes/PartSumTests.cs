using Visalign.Torch.Processes;

namespace Visalign.Tests.Torch.Processes;

public sealed class PartSumTests
{
    private const int Length = 257;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(16)]
    public void The_sum_of_parts_has_the_same_bits_for_any_number_of_processes(int parts)
    {
        float[] alone = Sum(1, parts)[0];

        foreach (int count in new[] { 2, 3, 4 })
            Assert.All(Sum(count, parts), sum => Assert.Equal(alone, sum));
    }

    [Fact]
    public void Halves_are_added_up_before_they_are_added_to_each_other()
    {
        // By hand: 1 + 2^-24 rounds to 1 and -1 + 2^-25 to -1, so the halves cancel; one after the other, 1 and -1 cancel and leave the last.
        float[] values = [1, MathF.Pow(2, -24), -1, MathF.Pow(2, -25)];

        float[] sum = Sum(1, values.Length, part => values[part])[0];

        Assert.Equal(0, sum[0]);
        Assert.Equal(values[3], values[0] + values[1] + values[2] + values[3]);
    }

    [Fact]
    public void Each_part_is_computed_once_and_in_order()
    {
        var seen = Crowd.Of(3, group =>
        {
            using var parameters = Parameters();
            List<int> parts = [];
            PartSum.Take(parameters, group, 8, part => parts.Add(part));
            return parts;
        });

        Assert.Equal(Enumerable.Range(0, 8), seen.SelectMany(parts => parts));
    }

    private static FlatParameters Parameters()
    {
        using var scope = Tensor.Scope();
        return new([("a", Tensor.Zeros([Length]))]);
    }

    private static float[][] Sum(int count, int parts, Func<int, float>? value = null) => Crowd.Of(count, group =>
    {
        using var scope = Tensor.Scope();
        using var parameters = Parameters();
        PartSum.Take(parameters, group, parts, part =>
        {
            var factor = value is null ? Noise.Normal(new(3, NoisePurpose.Probe, part), 0, 1, Length).Reshape(Length) : Tensor.Full([Length], value(part));
            Autograd.Backward((parameters["a"] * factor).Sum());
        });
        return parameters.Gradients.ToArray<float>();
    });
}
