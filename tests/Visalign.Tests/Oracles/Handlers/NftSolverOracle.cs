using Visalign.Generators;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>Handles rollouts of DiffusionNFT's solver, with stored network outputs and noise.</summary>
public static class NftSolverOracle
{
    /// <inheritdoc cref="OracleHandler"/>
    public static void Run(OracleCase oracle, OracleComparison comparison)
    {
        string solver = oracle.Config.GetProperty("solver").GetString()!;
        if (solver is "dpm1" or "dpm2") MultistepSolverOracle.Stored(oracle, comparison);
        else if (solver is "ddim" or "flow") Gaussian(oracle, comparison, solver == "ddim");
        else comparison.Fail($"A solver of the name '{solver}' is not computed here.");
    }

    private static void Gaussian(OracleCase oracle, OracleComparison comparison, bool ddim)
    {
        var config = oracle.Config;
        float[] levels = FlowGrid.Shifted(config.GetProperty("num_steps").GetInt32(), config.GetProperty("shift").GetDouble());
        double eta = config.GetProperty("deterministic").GetBoolean() ? 0 : config.GetProperty("eta").GetDouble();
        var reduction = config.GetProperty("log_prob_reduction").GetString() == "sum" ? LogProbReduction.Sum : LogProbReduction.Mean;
        var velocities = oracle.Tensor("in.model_output");               // [T, B, …]
        List<Tensor> states = [], logProbs = [];

        var state = oracle.Tensor("in.sample");                          // [B, …]
        for (int i = 0; i + 1 < levels.Length; i++)
        {
            var (from, to) = (Tensor.Of(levels[i]), Tensor.Of(levels[i + 1]));
            var step = ddim ? Ddim.OnFlow(state, velocities.Select(0, i), levels[i], levels[i + 1], eta)
                : FlowSde.Step(state, velocities.Select(0, i), from, to, FlowSde.Sigma(from, levels[1], eta));
            state = eta == 0 ? step.Mean : step.Draw(oracle.Tensor("in.noise").Select(0, i));
            states.Add(state);
            if (i + 2 < levels.Length) logProbs.Add(step.LogProb(state, reduction));
        }

        comparison.ExpectIfStored("out.sigmas", () => Tensor.From(levels, levels.Length));
        comparison.Expect("out.prev_sample", Tensor.Stack([.. states]));  // [T, B, …]
        comparison.ExpectIfStored("out.log_prob", () => Tensor.Stack([.. logProbs]));
    }
}
