using FsCheck.Xunit;
using Visalign.Generators;
using Visalign.Networks;
using Visalign.Rollouts;

namespace Visalign.Tests.Rollouts;

public sealed class RolloutSamplerTests
{
    private static readonly Condition[] Conditions = [new("a"), new("b"), new("c")];

    // Row by row the velocity is the same function, so what is shared may run once or for every sample.
    [Property(MaxTest = 30)]
    public bool A_shared_prefix_is_a_shared_start_with_fewer_forwards(ulong seed, byte windowStart, bool cps)
    {
        using var scope = Tensor.Scope();
        var plan = Plan(windowStart % 4, cps ? new Cps() : new FlowSde());

        var start = Sample(plan with { Start = GroupStart.Shared }, seed);
        var prefix = Sample(plan with { Start = GroupStart.Prefix }, seed);

        return start.Final.SameAs(prefix.Final)
            && start.Transitions.Zip(prefix.Transitions).All(pair => pair.First.LogProb.SameAs(pair.Second.LogProb))
            && start.NetworkEvaluations - prefix.NetworkEvaluations == plan.WindowStart * (start.SampleCount - Conditions.Length);
    }

    [Fact]
    public void Samples_of_a_group_are_one_up_to_the_window_and_part_there()
    {
        using var scope = Tensor.Scope();

        var rollout = Sample(Plan(2, new FlowSde()) with { Start = GroupStart.Prefix }, seed: 3);

        var from = rollout.Transitions[0].From;
        for (int row = 0; row < 12; row++)
        {
            Assert.True(Row(from, row).SameAs(Row(from, row / 4 * 4)));
            Assert.Equal(row % 4 == 0, Row(rollout.Transitions[0].To, row).SameAs(Row(rollout.Transitions[0].To, row / 4 * 4)));
        }
        Assert.False(Row(from, 0).SameAs(Row(from, 4)));
        Assert.Equal([2, 3], rollout.Transitions.Select(transition => transition.Step));
        Assert.True(rollout.Transitions[0].To.SameAs(rollout.Transitions[1].From));
    }

    [Fact]
    public void Independent_samples_of_a_group_part_at_the_start()
    {
        using var scope = Tensor.Scope();

        var from = Sample(Plan(0, new FlowSde()), seed: 3).Transitions[0].From;

        Assert.Equal(12, Enumerable.Range(0, 12).Select(row => Row(from, row).ToArray<float>()[0]).Distinct().Count());
    }

    private static NoiseRollout Sample(RolloutPlan plan, ulong seed) =>
        RolloutSampler.Sample(new LinearFlow(), Weights.Of([]), plan, Conditions, LogProbReduction.Mean, seed, iteration: 1);

    private static Tensor Row(Tensor rows, int row) => rows.Narrow(0, row, 1);

    private static RolloutPlan Plan(int windowStart, IStepKernel kernel) => new()
    {
        GroupSize = 4, Grid = NoiseGrid.Even(6), Kernel = kernel, NoiseScale = 0.6,
        WindowStart = windowStart, WindowLength = 2, GuidanceScale = 1, MicroBatch = 5,
    };

    /// <summary>v = x (s + 1) + the number of the condition's letter.</summary>
    private sealed class LinearFlow : IFlow
    {
        public Tensor DrawNoise(NoiseKey key, long firstSample, int count) => Noise.Normal(key, firstSample, count, 1, 2, 2);

        public EncodedConditions Encode(IReadOnlyList<Condition> conditions) => new([Tensor.From(conditions.Select(condition => (float)condition.Prompt[0]).ToArray(), conditions.Count, 1)], []);

        public Tensor Velocity(Weights weights, Tensor latents, Tensor noiseLevels, EncodedConditions conditions, double guidanceScale, GuidanceGradient gradient) =>
            latents * (noiseLevels.Reshape(-1, 1, 1, 1) + 1) + conditions.Asked[0].Reshape(-1, 1, 1, 1);
    }
}
