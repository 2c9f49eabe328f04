using Visalign.Generators;

namespace Visalign.Tests.Generators;

public sealed class GuidanceTests
{
    // By hand: 0.2 + 4.5 (0.6 - 0.2) = 2.0.
    [Theory]
    [InlineData(0, 0.2)]
    [InlineData(1, 0.6)]
    [InlineData(4.5, 2.0)]
    public void A_scale_extrapolates_from_the_empty_prompt_through_the_prompt(double scale, double expected)
    {
        using var scope = Tensor.Scope();

        var guided = Guidance.Combine(conditional: Doubles.Of(0.6), unconditional: Doubles.Of(0.2), scale);

        Assert.Equal(expected, guided.Item(), 1e-12);
    }

    [Fact]
    public void A_gradient_flows_into_both_branches_unless_one_is_detached()
    {
        using var scope = Tensor.Scope();
        Tensor conditional = Doubles.Of(0.6).RequireGrad(), unconditional = Doubles.Of(0.2).RequireGrad();

        var both = Autograd.Grad([Guidance.Combine(conditional, unconditional, 4.5).Sum()], [conditional, unconditional]);
        var one = Autograd.Grad([Guidance.Combine(conditional, unconditional.Detach(), 4.5).Sum()], [conditional]);

        Assert.Equal([4.5, -3.5], both.Select(gradient => gradient.Item()));
        Assert.Equal(4.5, one[0].Item());
    }
}
