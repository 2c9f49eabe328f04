using Visalign.Generators;
using Visalign.Networks;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>Handles deterministic rollouts of DiffusionNFT's solver, with stored network outputs or over the cases' toy network.</summary>
public static class MultistepSolverOracle
{
    /// <summary>Stored outputs, on the grid that the config describes.</summary>
    public static void Stored(OracleCase oracle, OracleComparison comparison)
    {
        float[] levels = FlowGrid.Shifted(oracle.Config.GetProperty("num_steps").GetInt32(), oracle.Config.GetProperty("shift").GetDouble());
        var velocities = oracle.Tensor("in.model_output");               // [T, B, …]
        bool second = oracle.Config.GetProperty("solver").GetString() == "dpm2";

        var states = Walk(oracle.Tensor("in.sample"), levels, second, (_, step) => velocities.Select(0, step));

        comparison.ExpectIfStored("out.sigmas", () => Tensor.From(levels, levels.Length));
        comparison.Expect("out.prev_sample", Tensor.Stack([.. states.Skip(1)]));
    }

    /// <summary>The toy network, on stored levels, by both orders.</summary>
    public static void Network(OracleCase oracle, OracleComparison comparison)
    {
        float[] levels = oracle.Tensor("in.sigmas").ToArray<float>();
        var condition = oracle.Tensor("in.condition");                   // [B, C]
        var w = Weights.Of(
        [
            ("hidden.weight", oracle.Tensor("weight.w1")), ("hidden.bias", oracle.Tensor("weight.b1")),
            ("condition.weight", oracle.Tensor("weight.wc")),
            ("out.weight", oracle.Tensor("weight.w2")), ("out.bias", oracle.Tensor("weight.b2")),
        ]);
        foreach (bool second in new[] { false, true })
            comparison.Expect(second ? "out.dpm2.latents" : "out.dpm1.latents", Tensor.Stack([.. Walk(oracle.Tensor("in.z0"), levels, second, Velocity)]));

        Tensor Velocity(Tensor state, int step)
        {
            var x = state.Reshape(state.Size(0), -1);                    // [B, D]
            var h = (Layers.Linear(w["hidden"], x) + Layers.Linear(w["condition"], condition) + oracle.Tensor("weight.wt") * levels[step]).Tanh();
            return Layers.Linear(w["out"], h).Reshape(state.Shape);
        }
    }

    // T + 1 states, the start first.
    private static List<Tensor> Walk(Tensor start, float[] levels, bool second, Func<Tensor, int, Tensor> velocity)
    {
        List<Tensor> states = [start];
        (double, Tensor)? before = null;
        for (int step = 0; step + 1 < levels.Length; step++)
        {
            var data = states[^1] - velocity(states[^1], step) * levels[step];
            states.Add(MultistepSolver.Step(states[^1], data, second ? before : null, levels[step], levels[step + 1]));
            before = (levels[step], data);
        }
        return states;
    }
}
