using Visalign.Generators;

namespace Visalign.Tests.Generators;

public sealed class MultistepSolverTests
{
    // Data N(0, 4): the exact flow scales a start by the deviation of its marginal, sqrt((1 - s)² 4 + s²).
    private static double Deviation(double s) => Math.Sqrt((1 - s) * (1 - s) * 4 + s * s);

    private static double Error(int steps, OdeSolver solver)
    {
        using var scope = Tensor.Scope();
        float[] levels = FlowGrid.Shifted(steps);
        var state = Tensor.From([1f], 1, 1);
        (double, Tensor)? before = null;
        for (int i = 0; i < steps; i++)
        {
            double s = levels[i], variance = Deviation(s) * Deviation(s);
            var data = state * ((1 - s) * 4 / variance);                 // the mean of the data, given the state
            state = MultistepSolver.Step(state, data, solver == OdeSolver.Multistep ? before : null, s, levels[i + 1]);
            before = (s, data);
        }
        return Math.Abs(state.Item() - Deviation(0));
    }

    [Theory]
    [InlineData(OdeSolver.Euler, 2)]
    [InlineData(OdeSolver.Multistep, 3.4)]
    public void Twice_the_steps_divide_the_error_by_two_to_the_order(OdeSolver solver, double least) =>
        Assert.True(Error(16, solver) / Error(32, solver) > least * 0.9);

    [Fact]
    public void A_step_without_history_is_an_Euler_step()
    {
        using var scope = Tensor.Scope();
        var (state, data) = (Tensor.From([0.3f, -1.2f], 2, 1), Tensor.From([0.1f, 0.4f], 2, 1));
        var velocity = (state - data) / 0.7;

        float[] expected = (state + velocity * (0.5 - 0.7)).ToArray<float>();
        Assert.All(expected.Zip(MultistepSolver.Step(state, data, null, 0.7, 0.5).ToArray<float>()), pair => Assert.Equal(pair.First, pair.Second, 1e-6f));
    }

    [Fact]
    public void The_last_step_lands_on_the_predicted_data()
    {
        using var scope = Tensor.Scope();
        var (state, data) = (Tensor.From([0.3f, -1.2f], 2, 1), Tensor.From([0.1f, 0.4f], 2, 1));

        Assert.Equal(data.ToArray<float>(), MultistepSolver.Step(state, data, (0.6, state), 0.3, 0).ToArray<float>());
    }
}
