using Visalign.Generators;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>Handles whole walks of a checkpoint's own scheduler with stored network outputs and noise.</summary>
public static class SchedulerTrajectoryOracle
{
    /// <inheritdoc cref="OracleHandler"/>
    public static void Run(OracleCase oracle, OracleComparison comparison)
    {
        var walk = new Walk(oracle);
        switch (SchedulerRun.Class(oracle))
        {
            case "DDIMScheduler": Ddim(oracle, comparison, walk); break;
            case "EulerDiscreteScheduler": Euler(oracle, comparison, walk); break;
            case "FlowMatchEulerDiscreteScheduler": Flow(oracle, comparison, walk); break;
            case var other: throw new NotSupportedException($"A walk of '{other}' is not computed here.");
        }
        walk.Compare(comparison);
    }

    private static void Ddim(OracleCase oracle, OracleComparison comparison, Walk walk)
    {
        var scheduler = DdimScheduler.Read(SchedulerRun.Scheduler(oracle.Config));
        var steps = scheduler.Steps(SchedulerRun.Count(oracle.Config));
        double eta = SchedulerRun.Option(oracle.Config, "eta", 0);
        SchedulerRun.Timesteps(comparison, steps);
        foreach (var (i, step) in steps.Index())
        {
            var estimate = scheduler.Estimate(walk.Output(i), walk.State, step, SchedulerRun.Flag(oracle.Config, "use_clipped_model_output"));
            var gaussian = scheduler.Step(estimate, step, eta);
            walk.Add(eta > 0 ? gaussian.Draw(walk.Noise(i)) : gaussian.Mean, estimate.Data);
        }
    }

    private static void Euler(OracleCase oracle, OracleComparison comparison, Walk walk)
    {
        var scheduler = EulerScheduler.Read(SchedulerRun.Scheduler(oracle.Config));
        int count = SchedulerRun.Count(oracle.Config);
        var sigmas = scheduler.Sigmas(count);
        var steps = scheduler.Steps(count);
        var churn = new EulerChurn
        {
            Amount = SchedulerRun.Option(oracle.Config, "s_churn", 0),
            SmallestSigma = SchedulerRun.Option(oracle.Config, "s_tmin", 0),
            LargestSigma = SchedulerRun.Option(oracle.Config, "s_tmax", double.PositiveInfinity),
            NoiseScale = SchedulerRun.Option(oracle.Config, "s_noise", 1),
        };
        SchedulerRun.Timesteps(comparison, steps);
        SchedulerRun.Sigmas(comparison, [.. sigmas]);
        if (oracle.Config.TryGetProperty("init_noise_sigma", out var start))
            comparison.ExpectNumbers("init_noise_sigma", [scheduler.StartScale(count)], [start.GetDouble()]);
        foreach (var (i, step) in steps.Index())
        {
            walk.AddInput(scheduler.NetworkInput(walk.State, step));
            var raised = churn.Raise(step.From, sigmas.Count - 1);
            var latents = raised == step.From ? walk.State : churn.Add(walk.State, walk.Noise(i), step.From, raised);
            var estimate = scheduler.Estimate(walk.Output(i), latents, step, raised);
            walk.Add(scheduler.Step(estimate, step), estimate.Data);
        }
    }

    private static void Flow(OracleCase oracle, OracleComparison comparison, Walk walk)
    {
        var scheduler = FlowEulerScheduler.Read(SchedulerRun.Scheduler(oracle.Config));
        var steps = SchedulerRun.Steps(scheduler, oracle.Config);
        SchedulerRun.Compare(comparison, steps, SchedulerRun.Sigma(scheduler));
        foreach (var (i, step) in steps.Index())
        {
            var velocity = scheduler.Inverted ? -walk.Output(i) : walk.Output(i);
            Tensor from = Tensor.Of(step.From.NoiseLevel), to = Tensor.Of(step.To.NoiseLevel);
            walk.Add(scheduler.Kernel is Cps
                ? Cps.Step(walk.State, velocity, from, to, noiseScale: 1).Draw(walk.Noise(i))
                : FlowSde.Step(walk.State, velocity, from, to, Tensor.Of(0)).Mean);
        }
    }

    /// <summary>The states of a walk, and what was stored for each of its steps.</summary>
    private sealed class Walk(OracleCase oracle)
    {
        private readonly Tensor _outputs = oracle.Tensor("in.model_output");  // [T, B, …]
        private readonly Tensor? _noise = oracle.Has("in.noise") ? oracle.Tensor("in.noise") : null;
        private readonly List<Tensor> _states = [], _data = [], _inputs = [];

        public Tensor State { get; private set; } = oracle.Tensor("in.sample");  // [B, …]

        public Tensor Output(int step) => _outputs.Select(0, step);

        public Tensor Noise(int step) => _noise!.Select(0, step);

        public void AddInput(Tensor input) => _inputs.Add(input);

        public void Add(Tensor state, Tensor? data = null)
        {
            _states.Add(State = state);
            if (data is not null) _data.Add(data);
        }

        public void Compare(OracleComparison comparison)
        {
            comparison.Expect("out.prev_sample", Stack(_states));             // [T, B, …]
            comparison.ExpectIfStored("out.pred_original_sample", () => Stack(_data));
            comparison.ExpectIfStored("out.scaled_input", () => Stack(_inputs));
        }

        private static Tensor Stack(List<Tensor> parts) => Tensor.Stack([.. parts]);
    }
}
