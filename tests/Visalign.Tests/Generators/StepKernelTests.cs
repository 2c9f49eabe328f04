using Visalign.Generators;

namespace Visalign.Tests.Generators;

public sealed class StepKernelTests
{
    private static readonly NoiseGrid[] Grids = [NoiseGrid.Even(1), NoiseGrid.Even(5), NoiseGrid.Even(6, shift: 3), new([0.98f, 0.5f, 0.02f])];

    public static TheoryData<string> Names => [.. StepKernels.All.Select(kernel => kernel.Name)];

    private static IStepKernel Kernel(string name) => StepKernels.All.Single(kernel => kernel.Name == name);

    [Theory]
    [MemberData(nameof(Names))]
    public void A_step_is_said_to_have_noise_where_its_deviation_is_above_zero(string name)
    {
        using var scope = Tensor.Scope();
        var kernel = Kernel(name);
        var (low, high) = kernel.NoiseScales;
        foreach (var at in Places(low).Concat(Places((low + high) / 2)).Concat(Places(high)))
            Assert.True(kernel.HasNoise(at) == Step(kernel, at).Deviation.Item() > 0, $"{at.Index} of {at.Grid.Levels.Length - 1} at {at.NoiseScale}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Without_noise_a_step_is_Eulers_of_the_ODE(string name)
    {
        using var scope = Tensor.Scope();
        foreach (var at in Places(noiseScale: 0))
            Assert.All(Step(Kernel(name), at).Mean.ToArray<float>().Zip(Step(new Ode(), at).Mean.ToArray<float>()), pair => Assert.Equal(pair.Second, pair.First, 1e-5));
    }

    // Above its range CPS draws less noise again, and DDIM more than a step's end has.
    [Theory]
    [MemberData(nameof(Names))]
    public void Inside_the_range_more_noise_scale_is_more_noise(string name)
    {
        using var scope = Tensor.Scope();
        var kernel = Kernel(name);
        double high = kernel.NoiseScales.High;
        double[] deviations = [.. Enumerable.Range(0, 11).Select(i => (double)Step(kernel, new(NoiseGrid.Even(5), 2, high * i / 10)).Deviation.Item())];

        Assert.Equal(high > 0, deviations.Zip(deviations.Skip(1)).All(pair => pair.Second > pair.First));
    }

    [Fact]
    public void The_log_probability_is_the_density_but_for_CPS()
    {
        using var scope = Tensor.Scope();
        var step = Step(new FlowSde(), new(NoiseGrid.Even(5), 1, 0.7));
        var next = Noise.Normal(new(9, NoisePurpose.Probe), 0, 3, 2, 2);

        foreach (var kernel in StepKernels.All)
            foreach (var reduction in new[] { LogProbReduction.Mean, LogProbReduction.Sum })
                Assert.True(kernel.LogProb(step, next, reduction).SameAs(kernel is Cps ? step.NegativeSquaredDistance(next, reduction) : step.LogProb(next, reduction)));
    }

    private static IEnumerable<StepPlace> Places(double noiseScale) =>
        from grid in Grids from index in Enumerable.Range(0, grid.Levels.Length - 1) select new StepPlace(grid, index, noiseScale);

    private static GaussianStep Step(IStepKernel kernel, StepPlace at) =>
        kernel.Gaussian(Noise.Normal(new(1, NoisePurpose.Probe), 0, 3, 2, 2), Noise.Normal(new(2, NoisePurpose.Probe), 0, 3, 2, 2), at);
}
