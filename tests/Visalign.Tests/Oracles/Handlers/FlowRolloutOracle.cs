using Visalign.Generators;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>Handles a whole rollout with stored network outputs and noise, on the grid that the config describes.</summary>
public static class FlowRolloutOracle
{
    /// <inheritdoc cref="OracleHandler"/>
    public static void Run(OracleCase oracle, OracleComparison comparison)
    {
        int trainTimesteps = oracle.Config.GetProperty("num_train_timesteps").GetInt32();
        var scheduler = new FlowEulerScheduler { Shift = oracle.Config.GetProperty("shift").GetDouble(), TrainTimesteps = trainTimesteps };
        float[] levels = SamplerStep.Levels(scheduler.Steps(oracle.Config.GetProperty("num_inference_steps").GetInt32()));
        var kernel = FlowKernel.Of(oracle.Config, levels);
        var velocities = oracle.Tensor("in.model_output");          // [T, B, …]
        var noise = oracle.Tensor("in.noise");                      // [T, B, …]
        List<Tensor> states = [], means = [], deviations = [], logProbs = [];

        var state = oracle.Tensor("in.sample");                     // [B, …]
        for (int i = 0; i + 1 < levels.Length; i++)
        {
            var step = kernel.Step(state, velocities.Select(0, i), Tensor.Of(levels[i]), Tensor.Of(levels[i + 1]));
            state = step.Draw(noise.Select(0, i));
            states.Add(state);
            means.Add(step.Mean);
            deviations.Add(step.Deviation);
            logProbs.Add(kernel.LogProb(step, state));
        }

        comparison.ExpectIfStored("out.sigmas", () => Tensor.From(levels, levels.Length));
        comparison.ExpectIfStored("out.timesteps", () => Tensor.From(levels, levels.Length).Narrow(0, 0, levels.Length - 1) * trainTimesteps);
        comparison.Expect("out.prev_sample", Stack(states));        // [T, B, …]
        comparison.ExpectIfStored("out.prev_sample_mean", () => Stack(means));
        comparison.ExpectIfStored("out.tau", () => Stack(deviations));
        comparison.ExpectIfStored("out.log_prob", () => Stack(logProbs));
    }

    private static Tensor Stack(List<Tensor> parts) => Tensor.Stack([.. parts]);
}
