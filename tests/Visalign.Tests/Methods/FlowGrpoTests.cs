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
}
