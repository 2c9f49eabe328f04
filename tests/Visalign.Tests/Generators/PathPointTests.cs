using FsCheck.Xunit;
using Visalign.Generators;

namespace Visalign.Tests.Generators;

public sealed class PathPointTests
{
    // By hand: alpha-bar 0.64 keeps 0.8 of the data beside 0.6 of noise, sigma 0.75, which is 3/7 of both.
    [Fact]
    public void One_point_has_one_noise_level_on_all_three_paths()
    {
        PathPoint[] points = [PathPoint.VariancePreserving(0.64), PathPoint.VarianceExploding(0.75), PathPoint.Flow(3.0 / 7)];

        Assert.All(points, point => Assert.Equal(3.0 / 7, point.NoiseLevel, 1e-15));
        Assert.Equal((0.8, 0.6), (points[0].Signal, Math.Round(points[0].Noise, 15)));
        Assert.Equal([1.4, 1.75, 1.0], points.Select(point => Math.Round(point.FlowScale, 12)));
        Assert.Equal([1.0, 1.25, 5.0 / 7], points.Select(point => Math.Round(point.Norm, 12)), (a, b) => Math.Abs(a - b) < 1e-11);
    }

    [Property]
    public void Latents_of_any_path_are_those_of_the_flow_path_times_its_scale(ulong seed)
    {
        using var scope = Tensor.Scope();
        var pair = new DataAndNoise(Doubles.Random(seed, 1, 5), Doubles.Random(seed + 1, 1, 5));
        var point = PathPoint.VariancePreserving(0.3);

        var scaled = pair.At(PathPoint.Flow(point.NoiseLevel)) * point.FlowScale;

        Assert.All(pair.At(point).Values().Zip(scaled.Values()), values => Assert.Equal(values.First, values.Second, 1e-12));
    }

    [Fact]
    public void A_batch_takes_one_point_for_all_rows_or_one_for_each_and_no_other_number()
    {
        using var scope = Tensor.Scope();
        var pair = new DataAndNoise(Doubles.Rows(3, 1, 1, 1, 1, 1, 1), Doubles.Rows(3, 0, 0, 0, 0, 0, 0));

        double[] each = pair.At(PathPoint.Flow(0), PathPoint.Flow(0.25), PathPoint.Flow(1)).Values();

        Assert.Equal([1, 1, 0.75, 0.75, 0, 0], each);
        Assert.Equal([0.5, 0.5, 0.5, 0.5, 0.5, 0.5], pair.At(PathPoint.Flow(0.5)).Values());
        Assert.Throws<ArgumentException>(() => pair.At(PathPoint.Flow(0), PathPoint.Flow(1)));
    }
}
