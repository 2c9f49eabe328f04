using FsCheck.Xunit;
using Visalign.Objectives;
using Visalign.Tests.Generators;

namespace Visalign.Tests.Objectives;

public sealed class ClippedSurrogateTests
{
    private static readonly ClipRange Clip = ClipRange.Symmetric(0.2);

    [Property]
    public void At_ratio_one_the_loss_is_minus_the_mean_advantage_and_its_gradient_minus_the_advantage(ulong seed)
    {
        using var scope = Tensor.Scope();
        var advantage = Doubles.Random(seed, 1, 6).Reshape(6);
        var logProb = Doubles.Random(seed + 1, 1, 6).Reshape(6).RequireGrad();

        var loss = ClippedSurrogate.Loss(logProb - logProb.Detach(), advantage, Clip);

        Assert.Equal(-advantage.Mean().Item(), loss.Item(), 1e-12);
        Assert.All(Autograd.Grad([loss], [logProb])[0].Values().Zip(advantage.Values()), pair => Assert.Equal(-pair.Second / 6, pair.First, 1e-12));
    }

    // By hand, -A r or -A clamp(r, 0.8, 1.2), whichever is larger; a clipped one has no gradient, others -A r.
    [Theory]
    [InlineData(1.5, 2, -2.4, 0)]
    [InlineData(0.5, 2, -1.0, -1.0)]
    [InlineData(1.5, -2, 3.0, 3.0)]
    [InlineData(0.5, -2, 1.6, 0)]
    [InlineData(1.1, 2, -2.2, -2.2)]
    public void A_ratio_stops_pulling_once_it_is_beyond_the_range_on_the_side_the_advantage_points_to(
        double ratio, double advantage, double expected, double gradient)
    {
        using var scope = Tensor.Scope();
        var logRatio = Doubles.Of(Math.Log(ratio)).RequireGrad();

        var loss = ClippedSurrogate.Loss(logRatio, Doubles.Of(advantage), Clip);

        Assert.Equal(expected, loss.Item(), 1e-12);
        Assert.Equal(gradient, Autograd.Grad([loss], [logRatio])[0].Item(), 1e-12);
    }

    [Fact]
    public void The_two_sides_of_the_range_may_differ()
    {
        using var scope = Tensor.Scope();
        var logRatio = Tensor.From([Math.Log(0.5), Math.Log(2)], 2);

        var losses = ClippedSurrogate.PerSample(logRatio, Tensor.From([-1.0, 1.0], 2), new ClipRange(Low: 0.1, High: 0.3));

        Assert.Equal([0.9, -1.3], losses.Values().Select(loss => Math.Round(loss, 12)));
    }
}
