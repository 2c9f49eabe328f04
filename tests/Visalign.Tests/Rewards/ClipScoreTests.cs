using Visalign.Rewards;

namespace Visalign.Tests.Rewards;

public sealed class ClipScoreTests
{
    [Fact] // cos = 1, 0, -1 and 3/5 (of lengths 1 and 5).
    public void The_score_is_two_and_a_half_cosines_cut_off_at_zero()
    {
        using var scope = Tensor.Scope();
        var pictures = Tensor.From([1f, 0, 1, 0, 1, 0, 1, 0], 4, 2);
        var captions = Tensor.From([2f, 0, 0, 3, -1, 0, 3, 4], 4, 2);

        var scores = ClipScore.Of(pictures, captions).ToArray<float>();

        Assert.All(scores.Zip([2.5f, 0, 0, 1.5f]), pair => Assert.Equal(pair.Second, pair.First, 1e-6f));
    }

    [Fact] // The second caption's references are (0, 1) and (4, 3): cosines 0 and 4/5 with (1, 0). Harmonic mean of 2.5 and 0.8: 4 / 3.3.
    public void The_nearest_reference_counts_and_joins_by_the_harmonic_mean()
    {
        using var scope = Tensor.Scope();
        var captions = Tensor.From([1f, 0, 1, 0], 2, 2);

        var nearest = ClipScore.NearestReference(captions, Tensor.From([-1f, 0, 0, 1, 4, 3], 3, 2), [1, 2]);
        var joined = ClipScore.WithReferences(ClipScore.Of(captions, captions), nearest);

        Assert.Equal(-1f, nearest.ToArray<float>()[0], 1e-6f);
        Assert.Equal(0.8f, nearest.ToArray<float>()[1], 1e-6f);
        Assert.Equal(4f / 3.3f, joined.ToArray<float>()[1], 1e-6f);
    }
}
