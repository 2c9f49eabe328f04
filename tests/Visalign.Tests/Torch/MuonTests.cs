using Visalign.Torch.Optimizers;

namespace Visalign.Tests.Torch;

public sealed class MuonTests
{
    private static Tensor Random(int stream, params long[] shape) =>
        Noise.Normal(new(5, NoisePurpose.Probe, stream), 0, [1, shape.Aggregate(1L, (product, size) => product * size)]).Reshape(shape);

    [Theory]
    [InlineData(6, 6)]
    [InlineData(5, 12)]
    [InlineData(12, 5)]
    public void Its_step_has_singular_values_near_1_whatever_the_gradient(int rows, int columns)
    {
        using var scope = Tensor.Scope();
        var x = Muon.Orthogonal(Random(1, 3, rows, columns) * 1e-3);

        // Between 0.4 and 1.4 of the length of every vector, where the matrix does not send it to nothing.
        var narrow = rows <= columns ? x.Transpose(1, 2) : x;
        var vectors = Random(2, 3, Math.Min(rows, columns), 1);
        var stretch = (narrow.MatMul(vectors).Square().Sum([1, 2]) / vectors.Square().Sum([1, 2])).Sqrt();
        Assert.All(stretch.ToArray<float>(), factor => Assert.InRange(factor, 0.4f, 1.4f));
    }

    [Fact]
    public void The_first_step_goes_against_the_gradient_by_the_learning_rate()
    {
        using var scope = Tensor.Scope();
        using var parameters = new FlatParameters([("w", Tensor.Zeros([4, 4]))]);
        using var muon = new Muon(parameters, new() { WeightDecay = 0 });
        var gradient = Random(3, 4, 4);
        parameters.Gradients.CopyInPlace(gradient.Reshape(16));

        muon.Step(0.1, averageDecay: 0.5);

        var expected = Muon.Orthogonal((gradient * 1.95).Unsqueeze(0)).Reshape(16) * -0.1;
        Assert.True((parameters.Values - expected).Abs().Max([0]).Item() < 1e-6);
        Assert.True((muon.Average - expected * 0.5).Abs().Max([0]).Item() < 1e-6);
    }

    [Fact]
    public void Weight_decay_shrinks_by_rate_times_decay()
    {
        using var scope = Tensor.Scope();
        using var parameters = new FlatParameters([("w", Tensor.Ones([2, 3]))]);
        using var muon = new Muon(parameters, new() { WeightDecay = 0.5 });

        muon.Step(0.1, averageDecay: 1);

        Assert.All(parameters.Values.ToArray<float>(), value => Assert.Equal(0.95f, value, 5));
    }

    [Fact]
    public void A_parameter_that_is_no_matrix_is_refused_by_name()
    {
        using var scope = Tensor.Scope();
        using var parameters = new FlatParameters([("bias", Tensor.Zeros([4]))]);

        Assert.Contains("bias", Assert.Throws<ArgumentException>(() => new Muon(parameters, new())).Message, StringComparison.Ordinal);
    }
}
