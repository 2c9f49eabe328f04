using Visalign.Objectives;

namespace Visalign.Tests.Objectives;

public sealed class TokenLossTests
{
    [Theory]
    [InlineData(TokenAggregation.TokenMean, 7.0 / 3)]      // (1 + 2 + 4) / 3
    [InlineData(TokenAggregation.SequenceMean, 2.75)]      // ((1 + 2) / 2 + 4) / 2
    [InlineData(TokenAggregation.FixedLength, 7.0 / 10)]   // 7 / (2 · 5)
    public void Losses_of_tokens_become_one_as_each_rule_says(TokenAggregation aggregation, double expected)
    {
        using var scope = Tensor.Scope();
        var losses = Tensor.From<float>([1, 2, 9, 4, 9, 9], 2, 3);
        var mask = Tensor.From<float>([1, 1, 0, 1, 0, 0], 2, 3);

        Assert.Equal(expected, TokenLoss.Aggregate(losses, mask, aggregation, longest: 5).Item(), 1e-6);
    }

    [Fact]
    public void The_estimated_divergence_is_never_negative_and_zero_where_the_policies_agree()
    {
        using var scope = Tensor.Scope();
        var policy = Tensor.From<float>([-1, -2, -3], 1, 3);
        var reference = Tensor.From<float>([-1, -1, -5], 1, 3);

        float[] estimates = KlEstimate.PerToken(policy, reference).ToArray<float>();

        Assert.Equal(0, estimates[0]);
        Assert.Equal(Math.E - 2, estimates[1], 1e-6);             // d = 1
        Assert.Equal(Math.Exp(-2) + 1, estimates[2], 1e-6);       // d = -2
    }
}
