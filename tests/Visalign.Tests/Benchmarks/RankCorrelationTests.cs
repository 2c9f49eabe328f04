using Visalign.Benchmarks;

namespace Visalign.Tests.Benchmarks;

public sealed class RankCorrelationTests
{
    [Fact] // Ranks 1 2 3 4 and 2 1 4 3: squared differences sum to 4, 1 - 6 · 4 / (4 · 15) = 0.6.
    public void Without_ties_it_is_the_textbook_formula() =>
        Assert.Equal(0.6, RankCorrelation.Spearman([1, 5, 7, 9], [20, 10, 40, 30]), 1e-12);

    [Fact] // Ranks 1.5 1.5 3 and 1 2 3: products (-½)(-1) + 0 + 1·1 = 1.5; squares 1.5 and 2.
    public void Ties_share_the_mean_of_their_ranks() =>
        Assert.Equal(1.5 / Math.Sqrt(3), RankCorrelation.Spearman([0, 0, 1], [1, 2, 3]), 1e-12);

    [Fact]
    public void Any_increasing_scale_agrees_fully_and_a_falling_one_not_at_all()
    {
        Assert.Equal(1, RankCorrelation.Spearman([1, 2, 3], [-5, 0, 1e9]), 1e-12);
        Assert.Equal(-1, RankCorrelation.Spearman([1, 2, 3], [3, 2, 1]), 1e-12);
        Assert.Equal(0, RankCorrelation.Spearman([1, 2, 3], [4, 4, 4]));
    }
}
