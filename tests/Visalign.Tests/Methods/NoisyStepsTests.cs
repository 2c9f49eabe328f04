using Visalign.Generators;
using Visalign.Methods;
using Visalign.Rollouts;

namespace Visalign.Tests.Methods;

public sealed class NoisyStepsTests
{
    private static readonly StepWindow ToTheEnd = new() { Size = 2, From = 1, To = 4 };

    public static TheoryData<string, double> Trainable => new()
    {
        { "flow-sde", 1.5 }, { "flow-sde", 10 }, { "cps", 1 }, { "ddim", 1 }, { "ddim", 0.1 },
    };

    private static IStepKernel Kernel(string name) => StepKernels.All.Single(kernel => kernel.Name == name);

    private static string Refusal(string kernel, double noiseScale, StepWindow window, NoiseGrid grid) =>
        Assert.Throws<InputException>(() => NoisySteps.Require(Kernel(kernel), noiseScale, window, grid)).Message;

    [Theory]
    [MemberData(nameof(Trainable))]
    public void Steps_before_the_last_can_be_trained_with_any_noise_scale_of_the_kernel(string kernel, double noiseScale)
    {
        NoisySteps.Require(Kernel(kernel), noiseScale, ToTheEnd with { To = 3 }, NoiseGrid.Even(4));
    }

    [Theory]
    [InlineData("cps")]
    [InlineData("ddim")]
    public void A_window_that_reaches_a_step_without_noise_is_refused(string kernel)
    {
        Assert.Equal($"method.window.to is 4, but step 4 of 4 has no noise under 'kernel: {kernel}', and so no log-probability to train. Give at most 3.",
            Refusal(kernel, 0.7, ToTheEnd, NoiseGrid.Even(4)));
        Assert.Equal($"method.window.to is 4, but step 4 of 4 has no noise under 'kernel: {kernel}', and so no log-probability to train. Move or shorten the window, or raise 'rollout.steps'.",
            Refusal(kernel, 0.7, ToTheEnd with { From = 2 }, NoiseGrid.Even(4)));
    }

    [Fact]
    public void The_last_step_can_be_trained_where_the_kernel_or_the_levels_leave_it_noise()
    {
        NoisySteps.Require(new FlowSde(), 0.7, ToTheEnd, NoiseGrid.Even(4));
        NoisySteps.Require(new Cps(), 0.7, ToTheEnd, new([0.9f, 0.6f, 0.4f, 0.2f, 0.05f]));
        NoisySteps.Require(new Ddim(), 0.7, ToTheEnd, new([0.9f, 0.6f, 0.4f, 0.2f, 0.05f]));
    }

    [Theory]
    [InlineData("cps", 1.5, "method.noise_scale is 1.5, expected from 0 to 1 under 'kernel: cps'.")]
    [InlineData("ddim", 1.01, "method.noise_scale is 1.01, expected from 0 to 1 under 'kernel: ddim'.")]
    [InlineData("flow-sde", 11, "method.noise_scale is 11, expected from 0 to 10 under 'kernel: flow-sde'.")]
    [InlineData("cps", double.NaN, "method.noise_scale is NaN, expected from 0 to 1 under 'kernel: cps'.")]
    [InlineData("cps", 0, "method.noise_scale is 0, so that no step under 'kernel: cps' has a log-probability to train. Give more than 0, and at most 1.")]
    [InlineData("ode", 0.7, "method.kernel is ode, which draws no noise, so that no step has a log-probability to train. Name one that does: flow-sde, cps, ddim.")]
    public void A_noise_scale_or_a_kernel_that_nothing_can_be_trained_with_is_refused_by_name(string kernel, double noiseScale, string sentence)
    {
        Assert.Equal(sentence, Refusal(kernel, noiseScale, ToTheEnd with { To = 3 }, NoiseGrid.Even(4)));
    }
}
