using Visalign.Networks;

namespace Visalign.Tests.Networks;

public sealed class AdapterTests : IDisposable
{
    private readonly TensorScope _scope = Tensor.Scope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void A_fresh_adapter_is_its_base_to_the_bit(bool dora, bool rankStabilized)
    {
        var @base = AdaptedNetwork.Base();
        var x = AdaptedNetwork.Input(2);
        using var adapter = Adapter.Of(@base, new() { Rank = 3, Dora = dora, RankStabilized = rankStabilized, Targets = [.. AdaptedNetwork.Layers] }, seed: 4);

        Assert.True(AdaptedNetwork.Output(adapter.Weights, x).SameAs(AdaptedNetwork.Output(@base, x)));
        Assert.All(adapter.Layers, layer => Assert.Equal(dora, layer.Pair.Magnitude is not null));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_merged_network_gives_what_the_adapter_gives_and_the_base_stays(bool dora)
    {
        var @base = AdaptedNetwork.Base();
        var before = AdaptedNetwork.Output(@base, AdaptedNetwork.Input(2));
        using var adapter = AdaptedNetwork.Moved(@base, rank: 2, stream: 1, dora);

        var merged = adapter.Weights.Merged();

        var expected = AdaptedNetwork.Output(adapter.Weights, AdaptedNetwork.Input(2));
        Assert.InRange(AdaptedNetwork.Distance(AdaptedNetwork.Output(merged, AdaptedNetwork.Input(2)), expected), 0, 1e-5);
        Assert.InRange(AdaptedNetwork.Distance(before, expected), 0.01, double.PositiveInfinity);
        Assert.True(AdaptedNetwork.Output(@base, AdaptedNetwork.Input(2)).SameAs(before));
        Assert.Empty(merged["conv"].LowRank);
    }

    [Fact]
    public void Factors_have_the_shape_of_their_layer()
    {
        using var adapter = Adapter.Of(AdaptedNetwork.Base(), new() { Rank = 3, Targets = ["conv", "to_q"] }, seed: 1);

        Assert.Equal(["blocks.0.attn.to_q", "conv"], adapter.Layers.Select(layer => layer.Layer));
        Assert.Equal([3, 8], adapter.Layers[0].Pair.Down.Shape.ToArray());
        Assert.Equal([5, 3], adapter.Layers[0].Pair.Up.Shape.ToArray());
        Assert.Equal([3, 3, 3, 3], adapter.Layers[1].Pair.Down.Shape.ToArray());
        Assert.Equal([6, 3, 1, 1], adapter.Layers[1].Pair.Up.Shape.ToArray());
    }

    [Fact] // A run that goes on, and a policy that is loaded, make the same fresh adapter again.
    public void Fresh_down_projections_are_a_stream_of_the_seed_for_each_layer()
    {
        using var adapter = Adapter.Of(AdaptedNetwork.Base(), new() { Rank = 2, Targets = ["to_q", "to_v"] }, seed: 9);

        var second = Noise.Normal(new(9, NoisePurpose.Initialization, Iteration: 2), 0, [1, 10]).Reshape(2, 5) * 0.5;

        Assert.True(adapter.Layers[1].Pair.Down.SameAs(second));
    }

    [Theory] // By hand: 6 / 4, and 6 / √4.
    [InlineData(false, 1.5)]
    [InlineData(true, 3.0)]
    public void Alpha_is_divided_by_the_rank_or_its_root(bool rankStabilized, double scale)
    {
        using var adapter = Adapter.Of(AdaptedNetwork.Base(), new() { Rank = 4, Alpha = 6, RankStabilized = rankStabilized, Targets = ["to_q"] }, seed: 1);

        Assert.Equal(scale, adapter.Layers[0].Pair.Scale);
    }

    [Fact]
    public void Without_targets_the_attentions_projections_are_adapted()
    {
        using var adapter = Adapter.Of(AdaptedNetwork.Base(), new() { Rank = 1 }, seed: 1);

        Assert.Equal(["blocks.0.attn.to_q", "blocks.0.attn.to_v"], adapter.Layers.Select(layer => layer.Layer));
    }

    [Fact]
    public void A_target_that_matches_nothing_is_told_with_what_there_is()
    {
        var error = Assert.Throws<InputException>(() => Adapter.Of(AdaptedNetwork.Base(), new() { Targets = ["to_k"] }, seed: 1));

        Assert.Equal("adapter.targets: 'to_k' matches no linear layer and no convolution of the model. There are: attn.to_q, attn.to_v, conv, point.", error.Message);
    }

    [Fact]
    public void A_network_without_known_projections_needs_targets()
    {
        var @base = Weights.Of([("mlp.0.weight", AdaptedNetwork.Draw(0, 1, 4, 4))]);

        var error = Assert.Throws<InputException>(() => Adapter.Of(@base, new(), seed: 1));

        Assert.EndsWith("There are: mlp.0.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_network_runs_over_other_values_of_the_parameters()
    {
        var @base = AdaptedNetwork.Base();
        using var adapter = AdaptedNetwork.Moved(@base, rank: 2, stream: 1, dora: true);
        using var other = AdaptedNetwork.Moved(@base, rank: 2, stream: 2, dora: true);

        var expected = AdaptedNetwork.Output(other.Weights, AdaptedNetwork.Input(2));

        Assert.True(AdaptedNetwork.Output(adapter.Over(other.Parameters.Values), AdaptedNetwork.Input(2)).SameAs(expected));
    }

    [Fact]
    public void An_adapter_over_an_adapted_network_keeps_what_is_there()
    {
        var @base = AdaptedNetwork.Base();
        using var first = AdaptedNetwork.Moved(@base, rank: 2, stream: 1);

        using var second = Adapter.Of(first.Weights, new() { Rank = 1, Targets = ["conv"] }, seed: 3);
        using var full = Adapter.Full(first.Weights);

        var expected = AdaptedNetwork.Output(first.Weights, AdaptedNetwork.Input(2));
        Assert.True(AdaptedNetwork.Output(second.Weights, AdaptedNetwork.Input(2)).SameAs(expected));
        Assert.InRange(AdaptedNetwork.Distance(AdaptedNetwork.Output(full.Weights, AdaptedNetwork.Input(2)), expected), 0, 1e-5);
    }

    [Fact]
    public void Every_parameter_of_a_moved_adapter_gets_a_gradient_and_the_base_gets_none()
    {
        var @base = AdaptedNetwork.Base();
        using var adapter = AdaptedNetwork.Moved(@base, rank: 2, stream: 1, dora: true);

        Autograd.Backward(AdaptedNetwork.Output(adapter.Weights, AdaptedNetwork.Input(2)).Square().Mean());

        Assert.All(adapter.Parameters.Slots, slot => Assert.InRange(slot.Of(adapter.Parameters.Gradients).Norm().Item(), 1e-6, 1e6));
        Assert.All(@base.All(), entry => Assert.Null(entry.Tensor.Gradient));
    }
}
