using Visalign.Networks;

namespace Visalign.Tests.Networks;

public sealed class AdapterMixtureTests : IDisposable
{
    private readonly TensorScope _scope = Tensor.Scope();
    private readonly Weights _base = AdaptedNetwork.Base();
    private readonly Adapter _a, _b;

    public AdapterMixtureTests()
    {
        _a = AdaptedNetwork.Moved(_base, rank: 2, stream: 1);
        _b = AdaptedNetwork.Moved(_base, rank: 5, stream: 2, dora: true);
    }

    public void Dispose()
    {
        _a.Dispose();
        _b.Dispose();
        _scope.Dispose();
    }

    [Fact] // Products over a larger batch may be summed in another order, hence the tolerance.
    public void Two_adapters_and_the_base_in_one_batch_give_what_each_gives_alone()
    {
        var x = AdaptedNetwork.Input(5);
        int[] choice = [1, 0, -1, 1, 0];

        var mixed = AdaptedNetwork.Output(AdapterMixture.PerRow(_base, [_a, _b], choice), x);

        for (int row = 0; row < choice.Length; row++)
        {
            var alone = AdaptedNetwork.Output(choice[row] switch { 0 => _a.Weights, 1 => _b.Weights, _ => _base }, x.Narrow(0, row, 1));
            Assert.InRange(AdaptedNetwork.Distance(mixed.Narrow(0, row, 1), alone), 0, 1e-5);
        }
        Assert.InRange(AdaptedNetwork.Distance(mixed, AdaptedNetwork.Output(_a.Weights, x)), 0.01, double.PositiveInfinity);
    }

    [Fact]
    public void Gradients_of_a_mixed_batch_reach_each_adapter_from_its_own_rows()
    {
        var x = AdaptedNetwork.Input(2);
        Autograd.Backward(AdaptedNetwork.Output(_a.Weights, x.Narrow(0, 1, 1)).Sum());
        float[] alone = _a.Parameters.Gradients.ToArray<float>();
        _a.Parameters.ClearGradients();

        Autograd.Backward(AdaptedNetwork.Output(AdapterMixture.PerRow(_base, [_a, _b], [1, 0]), x).Sum());

        float[] mixed = _a.Parameters.Gradients.ToArray<float>();
        Assert.InRange(alone.Zip(mixed, (one, other) => Math.Abs(one - other)).Max(), 0, 1e-3);
        Assert.True(_b.Parameters.Gradients.Norm().Item() > 0.1);
    }

    [Fact]
    public void A_choice_for_another_number_of_rows_is_refused_by_the_first_layer()
    {
        var mixed = AdapterMixture.PerRow(_base, [_a], [0, 0, -1]);

        var error = Assert.Throws<ArgumentException>(() => AdaptedNetwork.Output(mixed, AdaptedNetwork.Input(2)));

        Assert.Equal("Adapters were chosen for 3 rows, but a layer got a batch of 2.", error.Message);
        Assert.Throws<InvalidOperationException>(mixed.Merged);
    }

    [Fact]
    public void A_choice_that_names_no_adapter_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => AdapterMixture.PerRow(_base, [_a, _b], [0, 2]));

    [Fact] // One layer alone is linear in its changes: y(a + b/2) = y(a) + (y(b) - y)/2.
    public void Changes_of_one_layer_add_up_with_their_factors()
    {
        var x = AdaptedNetwork.Draw(0, 20, 3, 8);
        using var b = AdaptedNetwork.Moved(_base, rank: 3, stream: 3);
        var (own, fromA, fromB) = (Project(_base), Project(_a.Weights), Project(b.Weights));

        var together = Project(AdapterMixture.Together(_base, (_a, 1), (b, 0.5)));

        Assert.InRange((together - (fromA + (fromB - own) * 0.5)).Norm().Item(), 0, 1e-5);
        Assert.True(Project(AdapterMixture.Together(_base, (_a, 0))).SameAs(own));

        Tensor Project(Weights w) => Layers.Linear(w["blocks.0.attn.to_q"], x);
    }

    [Fact]
    public void A_concatenation_of_adapters_is_their_weighted_sum()
    {
        using var b = AdaptedNetwork.Moved(_base, rank: 3, stream: 3);

        using var one = AdapterMixture.Combined(_base, LowRankCombination.Concatenated, (_a, 0.7), (b, -0.4));

        Assert.All(one.Layers, layer => Assert.Equal(5, layer.Pair.Rank));
        var expected = AdaptedNetwork.Output(AdapterMixture.Together(_base, (_a, 0.7), (b, -0.4)), AdaptedNetwork.Input(2));
        Assert.InRange(AdaptedNetwork.Distance(AdaptedNetwork.Output(one.Weights, AdaptedNetwork.Input(2)), expected), 0, 1e-5);
    }

    [Fact]
    public void All_weights_trained_cannot_be_mixed()
    {
        using var full = Adapter.Full(_base);

        Assert.StartsWith("An adapter that trains all weights", Assert.Throws<InputException>(() => AdapterMixture.Together(_base, (full, 1))).Message, StringComparison.Ordinal);
    }
}
