using Visalign.Objectives;

namespace Visalign.Tests.Objectives;

public sealed class PreferenceLinkTests
{
    public static TheoryData<PreferenceLinkForm> Forms => [.. Enum.GetValues<PreferenceLinkForm>()];

    // By hand: m = (0.5 - 0.7) - (0.4 - 0.9) = 0.3; with kappa 5, z = 1.5: ln(1 + e^-1.5) = 0.201413, hinge 0, ipo (0.3 - 0.1)^2 = 0.04.
    [Theory]
    [InlineData(PreferenceLinkForm.Sigmoid, 0.2014133)]
    [InlineData(PreferenceLinkForm.Hinge, 0)]
    [InlineData(PreferenceLinkForm.Ipo, 0.04)]
    public void Losses_are_those_worked_out_by_hand(PreferenceLinkForm form, double expected)
    {
        using var scope = Tensor.Scope();

        var margin = PreferenceLink.Margin(Errors(0.4f, 0.9f), Errors(0.5f, 0.7f));

        Assert.Equal(0.3, margin.Item(), 1e-6);
        Assert.Equal(expected, PreferenceLink.PerPair(margin, 5, form).Item(), 1e-6);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Where_policy_and_reference_agree_the_loss_is_what_it_is_at_rest(PreferenceLinkForm form)
    {
        using var scope = Tensor.Scope();

        var loss = PreferenceLink.PerPair(PreferenceLink.Margin(Errors(0.3f, 0.8f), Errors(0.3f, 0.8f)), 2.5, form);

        Assert.Equal(PreferenceLink.AtRest(2.5, form), loss.Item(), 1e-6);
        Assert.Equal(Math.Log(2), PreferenceLink.AtRest(2.5, PreferenceLinkForm.Sigmoid));
    }

    [Fact]
    public void Swapping_winner_and_loser_negates_the_margin()
    {
        using var scope = Tensor.Scope();

        var margin = PreferenceLink.Margin(Errors(0.4f, 0.9f), Errors(0.5f, 0.7f));
        var swapped = PreferenceLink.Margin(Errors(0.9f, 0.4f), Errors(0.7f, 0.5f));

        Assert.Equal(-margin.Item(), swapped.Item());
    }

    // With kappa small, sigma(-z) = 1/2 at any margin.
    [Theory]
    [InlineData(1e-4, 0.3f)]
    [InlineData(50, 0.5f)]
    public void Agreement_or_a_small_slope_makes_the_gradient_half_the_slope_times_that_of_the_difference(double slope, float policyWinner)
    {
        using var scope = Tensor.Scope();
        Tensor winner = Tensor.From([policyWinner], 1).RequireGrad(), loser = Tensor.From([0.8f], 1).RequireGrad();

        var loss = PreferenceLink.PerPair(PreferenceLink.Margin(new(winner, loser), Errors(0.5f, 0.8f)), slope).Sum();
        var gradients = Autograd.Grad([loss], [winner, loser]);

        Assert.Equal(slope / 2, gradients[0].Item(), 1e-4 * slope);
        Assert.Equal(-slope / 2, gradients[1].Item(), 1e-4 * slope);
    }

    [Fact]
    public void Nothing_flows_into_the_reference()
    {
        using var scope = Tensor.Scope();
        Tensor policy = Tensor.From([0.5f], 1).RequireGrad(), reference = Tensor.From([0.5f], 1).RequireGrad();

        Autograd.Backward(PreferenceLink.PerPair(PreferenceLink.Margin(new(policy, policy * 2), new(reference, reference * 2)), 5).Sum());

        Assert.NotNull(policy.Gradient);
        Assert.Null(reference.Gradient);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_label_known_for_certain_is_a_plain_one_and_one_that_may_be_wrong_is_a_mean_of_both_ways(PreferenceLinkForm form)
    {
        using var scope = Tensor.Scope();
        var margin = Tensor.From([0.1f, -0.4f], 2);
        var (plain, swapped) = (PreferenceLink.PerPair(margin, 3, form), PreferenceLink.PerPair(-margin, 3, form));

        var certain = PreferenceLink.PerPair(margin, Tensor.From([1f, 1f], 2), 3, form);
        var doubtful = PreferenceLink.PerPair(margin, Tensor.From([0.75f, 0.75f], 2), 3, form);

        Assert.Equal(plain.ToArray<float>(), certain.ToArray<float>());
        Assert.Equal((plain * 0.75 + swapped * 0.25).ToArray<float>(), doubtful.ToArray<float>(), (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void The_official_convention_has_half_the_slope_of_the_scripts()
    {
        Assert.Equal(2500, PreferenceLink.Slope(5000, SlopeConvention.HalfMean));
        Assert.Equal(5000, PreferenceLink.Slope(5000, SlopeConvention.Mean));
    }

    [Fact]
    public void A_tie_counts_what_is_asked()
    {
        Assert.Equal(0.375, PreferenceLink.Accuracy([0.1f, 0, -1, -2]), 1e-12);
        Assert.Equal(0.25, PreferenceLink.Accuracy([0.1f, 0, -1, -2], tie: 0), 1e-12);
    }

    [Fact]
    public void A_batch_is_read_as_winners_then_losers()
    {
        using var scope = Tensor.Scope();

        var pairs = PairErrors.Halves(Tensor.From([1f, 2, 3, 4], 4));

        Assert.Equal([1, 2], pairs.Winner.ToArray<float>());
        Assert.Equal([3, 4], pairs.Loser.ToArray<float>());
    }

    private static PairErrors Errors(float winner, float loser) => new(Tensor.From([winner], 1), Tensor.From([loser], 1));
}
