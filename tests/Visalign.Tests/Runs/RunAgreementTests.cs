using System.Diagnostics;
using Visalign.Rewards;
using Visalign.Runs;
using Visalign.Tests.Torch.Processes;

namespace Visalign.Tests.Runs;

public sealed class RunAgreementTests
{
    private static readonly Provenance Here = Provenance.Here("libtorch 1.13.0", "Haswell", 1, "base", null, seed: 1);

    [Fact]
    public void Processes_that_compute_alike_may_begin() =>
        Assert.All(Crowd.Of(2, group => Record.Exception(() => RunAgreement.Require(group, "recipe", Here))), Assert.Null);

    [Fact]
    public void Another_BLAS_is_told_by_every_process_with_the_way_out()
    {
        var faults = Crowd.Of(3, group => Record.Exception(() => RunAgreement.Require(group, "recipe", Here with { BlasCore = group.Rank == 1 ? "SkylakeX" : "Haswell" })));

        Assert.All(faults, fault => Assert.StartsWith(
            "Process 1 of 3 would not compute the same bits as process 0: its BLAS core is SkylakeX and that of process 0 Haswell. ", Assert.IsType<InputException>(fault).Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Another_machine_of_the_same_make_is_no_difference() =>
        Assert.All(Crowd.Of(2, group => Record.Exception(() => RunAgreement.Require(group, "recipe", Here with { Processor = $"processor {group.Rank}", OperatingSystem = $"{group.Rank}" }))), Assert.Null);

    [Fact]
    public void A_policy_that_went_astray_by_one_bit_stops_every_process_and_is_named()
    {
        var faults = Crowd.Of(3, group => Record.Exception(() =>
        {
            using var scope = Tensor.Scope();
            float value = group.Rank == 2 ? MathF.BitIncrement(1) : 1;
            RunAgreement.RequireSame(group, [("first_moments", Tensor.Zeros([4])), ("parameters", Tensor.From([0, value], 2))], iteration: 7);
        }));

        Assert.All(faults, fault => Assert.StartsWith("After iteration 7, 'parameters' of process 2 differs from that of process 0", Assert.IsType<UnreachableException>(fault).Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("the judge is asleep")]
    public void What_the_first_process_heard_of_its_rewards_is_heard_by_all(string? failure)
    {
        var heard = Crowd.Of(2, group => RunAgreement.FromFirst(group, () => group.IsFirst ? new RewardScores([0.1, double.NaN], failure) : throw new UnreachableException()));

        Assert.All(heard, scores =>
        {
            Assert.Equal([0.1, double.NaN], scores.Values);
            Assert.Equal(failure, scores.FirstFailure);
        });
    }
}
