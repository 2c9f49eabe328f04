using Visalign.Generators;
using Visalign.Methods;
using Visalign.Networks;
using Visalign.Rollouts;
using Visalign.Tests.Generators;

namespace Visalign.Tests.Methods;

public sealed class FlowGrpoTests
{
    [Theory]
    [InlineData("flow-sde", GuidanceTraining.AsKernel, GuidanceGradient.Conditional)]
    [InlineData("cps", GuidanceTraining.AsKernel, GuidanceGradient.Both)]
    [InlineData("ddim", GuidanceTraining.AsKernel, GuidanceGradient.Conditional)]
    [InlineData("flow-sde", GuidanceTraining.Both, GuidanceGradient.Both)]
    [InlineData("cps", GuidanceTraining.Conditional, GuidanceGradient.Conditional)]
    public void Branches_of_guidance_learn_as_with_the_kernels_authors_unless_the_recipe_says_otherwise(
        string kernel, GuidanceTraining training, GuidanceGradient expected)
    {
        using var folder = new TemporaryFolder();
        using var generator = ModelFolder.Load(TinyModel.Create(folder["model"]));
        using var adapter = Adapter.Full(generator.Base);

        using var scope = Tensor.Scope();
        var assembly = new FlowGrpo { Kernel = StepKernels.All.Single(one => one.Name == kernel), GuidanceTraining = training }.Assemble(new(generator, adapter, new(), new(), Seed: 1));

        var rollout = (NoiseRollout)assembly.Sample(adapter.Weights, [new("a circle")], 0);

        Assert.Equal(expected, rollout.Plan.GuidanceGradient);
    }

    [Fact]
    public void The_divergence_noted_is_the_mean_over_kept_samples_whatever_the_micro_batches()
    {
        using var folder = new TemporaryFolder();
        using var generator = ModelFolder.Load(TinyModel.Create(folder["model"]));
        using var adapter = Adapter.Full(generator.Base);
        adapter.Parameters.Values.MulInPlace(1.2);
        using var scope = Tensor.Scope();
        var assembly = new FlowGrpo().Assemble(new(generator, adapter, new() { Prompts = 3, GroupSize = 4, Steps = 5 }, new(), Seed: 1));
        var rollout = (NoiseRollout)assembly.Sample(adapter.Weights, [new("a circle"), new("two red squares"), new("a cross")], 0);

        double[] each = [.. Enumerable.Range(0, 12).Select(row => Divergence(12, row))];

        Assert.All(each, divergence => Assert.True(divergence > 1e-6));
        Assert.True(each.Max() > 1.01 * each.Min());
        double expected = (each[0] + each[4] + each[5] + each[11]) / 4;
        Assert.All([12, 5, 4], rows => Assert.Equal(expected, Divergence(rows, 0, 4, 5, 11), 1e-4 * expected));

        double Divergence(int microBatch, params int[] kept)
        {
            var statistics = new UpdateStatistics();
            var cut = rollout with { Plan = rollout.Plan with { MicroBatch = microBatch } };
            foreach (var part in assembly.Updates(cut, [.. Enumerable.Range(0, 12).Select(row => kept.Contains(row) ? 1.0 : 0)]).Single().Parts) part(statistics);
            return statistics.All().ToDictionary()["kl/mean"];
        }
    }
}
