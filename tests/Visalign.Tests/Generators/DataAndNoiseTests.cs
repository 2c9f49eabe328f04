using FsCheck.Xunit;
using Visalign.Generators;

namespace Visalign.Tests.Generators;

public sealed class DataAndNoiseTests
{
    private static readonly PathPoint[] Points =
        [PathPoint.Flow(0.3), PathPoint.Flow(0.9), PathPoint.VariancePreserving(0.2), PathPoint.VariancePreserving(0.95), PathPoint.VarianceExploding(0.1), PathPoint.VarianceExploding(12)];

    // Twelve digits but those that an epsilon at sigma 12 or an x0 at sigma 0.1 loses.
    [Property]
    public void Every_prediction_on_every_path_gives_back_the_data_and_noise_it_was_made_of(ulong seed)
    {
        using var scope = Tensor.Scope();
        var pair = new DataAndNoise(Doubles.Random(seed, 2, 3), Doubles.Random(seed + 1, 2, 3));

        foreach (var prediction in Enum.GetValues<Prediction>())
            foreach (var point in Points)
            {
                var back = DataAndNoise.From(prediction, pair.Output(prediction, point), pair.At(point), point);

                Assert.All(back.Data.Values().Zip(pair.Data.Values()), values => Assert.Equal(values.Second, values.First, 1e-11));
                Assert.All(back.Noise.Values().Zip(pair.Noise.Values()), values => Assert.Equal(values.Second, values.First, 1e-11));
            }
    }

    // Shape [B, C, F, H, W] is that of videos.
    [Theory]
    [InlineData(2L, 3L)]
    [InlineData(2L, 3L, 4L, 5L)]
    [InlineData(2L, 3L, 4L, 5L, 2L)]
    public void Latents_of_any_rank_are_noised_row_by_row(params long[] shape)
    {
        using var scope = Tensor.Scope();
        var pair = new DataAndNoise(Tensor.Full(shape, 2), Tensor.Full(shape, -1));

        var noisy = pair.OnFlow(Tensor.From([0.25f, 1], 2));

        Assert.Equal(shape, noisy.Shape);
        Assert.All(noisy.Narrow(0, 0, 1).ToArray<float>(), value => Assert.Equal(1.25f, value));
        Assert.All(noisy.Narrow(0, 1, 1).ToArray<float>(), value => Assert.Equal(-1, value));
    }

    // By hand, x0 = 2 and ε = -1 where alpha-bar is 0.64: x = 0.8·2 - 0.6 = 1, v = -0.8 - 0.6·2 = -2, velocity = -3.
    [Theory]
    [InlineData(Prediction.Epsilon, -1)]
    [InlineData(Prediction.V, -2)]
    [InlineData(Prediction.Velocity, -3)]
    [InlineData(Prediction.X0, 2)]
    public void A_point_and_a_pair_give_the_outputs_computed_by_hand(Prediction prediction, double expected)
    {
        using var scope = Tensor.Scope();
        var pair = new DataAndNoise(Doubles.Of(2), Doubles.Of(-1));

        Assert.Equal(1, pair.At(PathPoint.VariancePreserving(0.64)).Item(), 1e-12);
        Assert.Equal(expected, pair.Output(prediction, PathPoint.VariancePreserving(0.64)).Item(), 1e-12);
    }

    // v belongs to the network, which reads latents on the variance-preserving path whatever scale the sampler keeps them at.
    [Fact]
    public void A_v_prediction_is_the_same_number_at_every_scale_of_the_same_latents()
    {
        using var scope = Tensor.Scope();
        var pair = new DataAndNoise(Doubles.Of(0.7), Doubles.Of(-1.3));

        Assert.Equal(pair.Output(Prediction.V, PathPoint.VariancePreserving(0.64)).Item(), pair.Output(Prediction.V, PathPoint.VarianceExploding(0.75)).Item(), 1e-12);
    }

    [Fact]
    public void A_gradient_reaches_the_networks_output_through_data_and_noise()
    {
        using var scope = Tensor.Scope();
        var output = Doubles.Of(0.5).RequireGrad();
        var pair = DataAndNoise.From(Prediction.V, output, Doubles.Of(1), PathPoint.VariancePreserving(0.64));

        Assert.Equal(-0.6, Autograd.Grad([pair.Data.Sum()], [output], retainGraph: true)[0].Item(), 1e-12);
        Assert.Equal(0.8, Autograd.Grad([pair.Noise.Sum()], [output])[0].Item(), 1e-12);
    }

    [Fact]
    public void What_comes_out_is_never_the_argument_itself()
    {
        using var outer = Tensor.Scope();
        var output = Doubles.Of(0.5);

        DataAndNoise.From(Prediction.Epsilon, output, Doubles.Of(1), PathPoint.Flow(0.5)).Noise.Dispose();

        Assert.Equal(0.5, output.Item());
    }
}
