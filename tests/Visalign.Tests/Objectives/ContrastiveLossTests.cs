using Visalign.Objectives;

namespace Visalign.Tests.Objectives;

public sealed class ContrastiveLossTests : IDisposable
{
    private readonly TensorScope _scope = Tensor.Scope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Equal_logits_cost_the_logarithm_of_their_number() =>
        Assert.Equal(Math.Log(5), ContrastiveLoss.Of(Tensor.Full([5, 5], 3)).Item(), 1e-6);

    [Fact] // Rows: ln(1 + e^(1 - 2)) and ln(1 + e^(0 - 4)); columns: ln(1 + e^(0 - 2)) and ln(1 + e^(1 - 4)).
    public void Both_directions_count_half()
    {
        double expected = (Math.Log(1 + Math.Exp(-1)) + Math.Log(1 + Math.Exp(-4)) + Math.Log(1 + Math.Exp(-2)) + Math.Log(1 + Math.Exp(-3))) / 4;

        Assert.Equal(expected, ContrastiveLoss.Of(Tensor.From([2f, 1, 0, 4], 2, 2)).Item(), 1e-6);
    }

    [Fact] // Without the second column: ln(1 + e^(0 - 2)).
    public void A_column_left_out_is_as_good_as_absent() =>
        Assert.Equal(Math.Log(1 + Math.Exp(-2)), ContrastiveLoss.Choice(Tensor.From([2f, -1e9f, 0], 1, 3), Tensor.From([0L], 1)).Item(), 1e-6);
}
