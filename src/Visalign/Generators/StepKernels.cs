namespace Visalign.Generators;

/// <summary>Every step kernel that recipes can name.</summary>
public static class StepKernels
{
    /// <summary>In the order in which they are offered.</summary>
    public static IReadOnlyList<IStepKernel> All { get; } = [new Ode(), new FlowSde(), new Cps(), new Ddim()];
}
