using Visalign.Objectives;

namespace Visalign.Tests.Objectives;

public sealed class PairCrossEntropyTests : IDisposable
{
    private readonly TensorScope _scope = Tensor.Scope();

    public void Dispose() => _scope.Dispose();

    private static Tensor Row(params float[] values) => Tensor.From(values, values.Length);

    private static double Loss(float[] first, float[] second, float[] preferred, float[] examples) =>
        PairCrossEntropy.Loss(Row(first), Row(second), Row(preferred), Row(examples)).Item();

    [Fact]
    public void Equal_scores_cost_ln_2_where_one_was_preferred_and_nothing_where_none_was()
    {
        Assert.Equal(Math.Log(2), Loss([3], [3], [1], [1]), 1e-6);
        Assert.Equal(0, Loss([3], [3], [0.5f], [1]), 1e-6);
    }

    [Fact]
    public void A_tie_pulls_unequal_scores_together()
    {
        var first = Row(2).RequireGrad();

        Autograd.Backward(PairCrossEntropy.Loss(first, Row(1), Row(0.5f), Row(1)));

        // d/dΔ of -(ln σ(Δ) + ln σ(-Δ)) / 2 is σ(Δ) - ½, at Δ = 1.
        Assert.Equal(1 / (1 + Math.Exp(-1)) - 0.5, first.Gradient!.Item(), 1e-6);
    }

    [Fact]
    public void Swapping_pictures_and_labels_changes_nothing() =>
        Assert.Equal(Loss([1, 2, 0], [0, 3, 1], [1, 0, 0.5f], [1, 2, 4]), Loss([0, 3, 1], [1, 2, 0], [0, 1, 0.5f], [1, 2, 4]), 1e-6);

    [Fact] // Weights 1 and 1/3 over their sum: 3/4 of softplus(-1) and 1/4 of softplus(2).
    public void A_prompt_with_many_pairs_weighs_no_more_than_one_with_few()
    {
        double expected = 0.75 * Math.Log(1 + Math.Exp(-1)) + 0.25 * Math.Log(1 + Math.Exp(2));

        Assert.Equal(expected, Loss([1, 0], [0, 2], [1, 1], [1, 3]), 1e-6);
    }
}
