using Visalign.Networks;

namespace Visalign.Tests.Networks;

public sealed class LowRankCombinationTests : IDisposable
{
    private readonly TensorScope _scope = Tensor.Scope();

    public void Dispose() => _scope.Dispose();

    // B A = diagonal(3, 2, 0) and diagonal(0, 0, 4), at scales 1 and 1/2.
    private static LowRankPair First => new(Tensor.From([3f, 0, 0, 0, 2, 0], 2, 3), Tensor.From([1f, 0, 0, 1, 0, 0], 3, 2), 1);
    private static LowRankPair Second => new(Tensor.From([0f, 0, 4], 1, 3), Tensor.From([0f, 0, 1], 3, 1), 0.5);

    [Fact]
    public void Side_by_side_is_the_exact_weighted_sum_over_different_ranks()
    {
        var sum = LowRankCombination.Concatenated((First, 1), (Second, 3));

        Assert.Equal(3, sum.Rank);
        Assert.Equal([3f, 0, 0, 0, 2, 0, 0, 0, 6], sum.Product().ToArray<float>());
    }

    [Theory] // By hand: the sum is diagonal(3, 2, 6), of which the largest stay.
    [InlineData(1, new[] { 0f, 0, 6 })]
    [InlineData(2, new[] { 3f, 0, 6 })]
    [InlineData(3, new[] { 3f, 2, 6 })]
    public void A_truncated_sum_keeps_the_largest_singular_values(int rank, float[] diagonal)
    {
        var sum = LowRankCombination.Truncated(rank, (First, 1), (Second, 3));

        var product = sum.Product();
        Assert.Equal(rank, sum.Rank);
        for (int i = 0; i < 3; i++)
            for (int k = 0; k < 3; k++) Assert.Equal(i == k ? diagonal[i] : 0, product.Select(0, i).Select(0, k).Item(), 1e-5);
    }

    [Fact]
    public void Convolutions_are_combined_in_their_own_shape()
    {
        var pair = new LowRankPair(AdaptedNetwork.Draw(0, 1, 2, 3, 3, 3), AdaptedNetwork.Draw(0, 2, 5, 2, 1, 1), 1.5);

        var same = LowRankCombination.Truncated(2, (pair, 1));

        Assert.Equal([2, 3, 3, 3], same.Down.Shape.ToArray());
        Assert.Equal([5, 2, 1, 1], same.Up.Shape.ToArray());
        Assert.InRange((same.Product() - pair.Product()).Norm().Item(), 0, 1e-4);
    }

    [Fact]
    public void What_has_no_such_combination_is_refused()
    {
        var dora = First with { Magnitude = Tensor.Ones([3]) };

        Assert.Contains("ranks 2, 1", Assert.Throws<InputException>(() => LowRankCombination.OfFactors((First, 1), (Second, 1))).Message, StringComparison.Ordinal);
        Assert.Contains("negative weight", Assert.Throws<InputException>(() => LowRankCombination.OfFactors((First, 1), (First, -1))).Message, StringComparison.Ordinal);
        Assert.Contains("DoRA", Assert.Throws<InputException>(() => LowRankCombination.Concatenated((dora, 1))).Message, StringComparison.Ordinal);
        Assert.Contains("choose 1 to 3", Assert.Throws<InputException>(() => LowRankCombination.Truncated(4, (First, 1), (Second, 1))).Message, StringComparison.Ordinal);
    }
}
