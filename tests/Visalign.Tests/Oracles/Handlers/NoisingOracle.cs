using Visalign.Generators;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>Handles forward diffusion: noisy latents at a scheduler's timesteps, and the v a network would be trained on.</summary>
public static class NoisingOracle
{
    /// <inheritdoc cref="OracleHandler"/>
    public static void Run(OracleCase oracle, OracleComparison comparison)
    {
        PathPoint[] at = [.. oracle["in.timesteps"].Doubles.Select(PointOf(oracle))];
        var pair = new DataAndNoise(oracle.Tensor("in.x0"), oracle.Tensor("in.noise"));

        comparison.Expect("out.noisy", pair.At(at));
        comparison.ExpectIfStored("out.velocity", () => pair.Output(Prediction.V, at));
    }

    private static Func<double, PathPoint> PointOf(OracleCase oracle)
    {
        switch (SchedulerRun.Class(oracle))
        {
            case "DDIMScheduler":
                var ddim = DdimScheduler.Read(SchedulerRun.Scheduler(oracle.Config));
                return timestep => ddim.Noise[(int)timestep];
            case "EulerDiscreteScheduler":
                var steps = EulerScheduler.Read(SchedulerRun.Scheduler(oracle.Config)).Steps(SchedulerRun.Count(oracle.Config));
                return timestep => steps.MinBy(step => Math.Abs(step.Timestep - timestep)).From;
            case "FlowMatchEulerDiscreteScheduler":
                var flow = FlowEulerScheduler.Read(SchedulerRun.Scheduler(oracle.Config));
                return timestep => PathPoint.Flow(timestep / flow.TrainTimesteps);
            case var other:
                throw new NotSupportedException($"Noising by '{other}' is not computed here.");
        }
    }
}
