using Visalign.Objectives;

namespace Visalign.Tests.Objectives;

public sealed class OldPolicyDecayTests
{
    [Theory]
    [InlineData(OldPolicySchedule.Immediate, 1000, 0)]
    [InlineData(OldPolicySchedule.Gradual, 1, 0.001)]
    [InlineData(OldPolicySchedule.Gradual, 500, 0.5)]
    [InlineData(OldPolicySchedule.Gradual, 501, 0.5)]
    [InlineData(OldPolicySchedule.Late, 75, 0)]
    [InlineData(OldPolicySchedule.Late, 77, 0.015)]
    [InlineData(OldPolicySchedule.Late, 1000, 0.999)]
    public void The_share_that_stays_is_the_authors(OldPolicySchedule schedule, long step, double expected) =>
        Assert.Equal(expected, OldPolicyDecay.At(schedule, step), 1e-12);
}
