using Visalign.Rollouts;

namespace Visalign.Tests.Rollouts;

public sealed class SiblingComparisonTests
{
    [Fact]
    public void A_parent_with_a_child_that_nobody_could_judge_is_left_out()
    {
        var all = SiblingComparison.Of([1, float.NaN, 3, 2, 5, 4, float.NaN, 0, 1, 2, 2, 2], children: 3, threshold: 0);

        Assert.Equal([false, true, false, false], all.Select(one => one.IsKept));
        Assert.Equal((1, 0), (all[1].Winner, all[1].Loser));
    }
}
