using Visalign.Generators;
using Visalign.Methods;
using Visalign.Objectives;
using Visalign.Rollouts;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>Handles DRaFT: gradients of a reward through the last steps of a sampler.</summary>
public static class DraftOracle
{
    /// <summary>A DDIM chain on an epsilon network.</summary>
    public static void Diffusion(OracleCase oracle, OracleComparison comparison)
    {
        double[] powers = oracle["state.alpha_bar"].Doubles;
        PathPoint[] points = [.. powers.Append(oracle["state.alpha_bar_prev"].Doubles[^1]).Select(PathPoint.VariancePreserving)];
        using var scope = Tensor.Scope();
        var flow = new FeedbackFlow(oracle, points, [.. oracle["state.timesteps"].Integers.Select(timestep => timestep / 1000.0)]);
        var rollout = Chain(oracle, comparison, flow);
        comparison.Expect("state.x", Tensor.Stack([.. rollout.Tail.Zip(points, (state, point) => state * point.FlowScale), rollout.Final]));
    }

    /// <summary>An Euler chain on a flow.</summary>
    public static void Flow(OracleCase oracle, OracleComparison comparison)
    {
        double[] levels = oracle["state.sigmas"].Doubles;
        using var scope = Tensor.Scope();
        var flow = new FeedbackFlow(oracle, [.. levels.Select(PathPoint.Flow)], levels[..^1]);
        var rollout = Chain(oracle, comparison, flow);
        comparison.Expect("out.x_N", rollout.Final);

        int recorded = oracle.Config.GetProperty("K").GetInt32(), first = rollout.Plan.StepCount - recorded;
        using var _ = Autograd.NoGrad();
        double kl = Enumerable.Range(first, recorded).Average(step =>
        {
            var state = rollout.Tail[step];
            var tuned = RolloutSampler.VelocityOf(flow, flow.Policy, rollout.Plan, step, state, rollout.Encoded);
            return PredictionDistance.PerSample(tuned, RolloutSampler.VelocityOf(flow, flow.Base, rollout.Plan, step, state, rollout.Encoded)).Mean().Item() / (2 * levels[step] * levels[step]);
        });
        comparison.Expect("out.kl", Tensor.Of(kl));
    }

    /// <summary>The low-variance form: one step, and the result noised again.</summary>
    public static void LowVariance(OracleCase oracle, OracleComparison comparison)
    {
        using var scope = Tensor.Scope();
        var flow = new TokenFlow(oracle);
        int resamples = oracle.Config.GetProperty("n").GetInt32();
        double margin = oracle.Config.GetProperty("margin").GetDouble(), factor = oracle.Config.GetProperty("kappa").GetDouble();
        var plan = RolloutPlan.Deterministic(flow.Grid, groupSize: 1, guidanceScale: 1) with { Tail = 1 };
        var rollout = RolloutSampler.Sample(flow, flow.Weights, plan, Conditions(flow.Count), LogProbReduction.Mean, seed: 0, iteration: 0);
        List<Tensor> predicted = [];
        List<double> rewards = [];

        var loss = new Draft { Resamples = resamples }.Loss(flow, flow.Weights, flow.Weights, latents =>
        {
            predicted.Add(latents.Detach().Clone().Persist());
            var said = flow.Scores(latents);
            rewards.Add(said.Mean().Item());
            return (margin - said).Relu() * -factor;
        }, rollout, 0, flow.Count, flow.Count, new([new("reward")]), seed: 0, new());

        comparison.Expect("state.x_last", rollout.Tail[0]);
        comparison.Expect("out.loss", loss.Detach());
        flow.CompareGradients(comparison, loss);
        comparison.Expect("out.x0", Tensor.Cat([.. predicted]));
        comparison.Expect("out.reward_mean", Tensor.Of(rewards.Average()));
        foreach (var tensor in predicted) tensor.Dispose();
    }

    /// <summary>DRaFT+: its penalty, and the mixture with the base that it samples from.</summary>
    public static void Plus(OracleCase oracle, OracleComparison comparison)
    {
        using var scope = Tensor.Scope();
        int steps = oracle.Config.GetProperty("N").GetInt32();
        var tuned = oracle.Tensor("in.eps_theta").RequireGrad();
        Tensor[] distances = [.. Enumerable.Range(0, (int)tuned.Size(0)).Select(step => PredictionDistance.PerSample(tuned.Select(0, step), oracle.Tensor("in.eps_ref").Select(0, step)).Mean())];
        var loss = Tensor.Stack([.. distances]).Mean() * oracle.Config.GetProperty("beta").GetDouble() - oracle.Tensor("in.reward").Mean();
        Autograd.Backward(loss);

        comparison.Expect("out.kl_per_step", Tensor.Stack([.. distances]).Detach());
        comparison.Expect("out.loss", loss.Detach());
        comparison.Expect("grad.in.eps_theta", tuned.Gradient!);
        comparison.Expect("out.omega", [.. Enumerable.Range(0, steps).Select(step => AnnealedFlow.Weight(step, steps))], steps);
        comparison.Expect("out.mixed_eps", Tensor.Stack([.. Enumerable.Range(0, steps).Select(step => AnnealedFlow.Mix(oracle.Tensor("in.base_eps").Select(0, step), oracle.Tensor("in.ft_eps").Select(0, step), step, steps))]));
    }

    // Leaves the states of all steps behind, of which the case's last K carry the gradient.
    private static NoiseRollout Chain(OracleCase oracle, OracleComparison comparison, FeedbackFlow flow)
    {
        int steps = oracle.Config.GetProperty("N").GetInt32(), recorded = oracle.Config.GetProperty("K").GetInt32(), count = (int)oracle["in.x0"].Shape[0];
        var plan = RolloutPlan.Deterministic(flow.Grid, groupSize: 1, oracle.Config.GetProperty("w").GetDouble()) with { Tail = steps, GuidanceGradient = GuidanceGradient.Both };
        var rollout = RolloutSampler.Sample(flow, flow.Policy, plan, Conditions(count), LogProbReduction.Mean, seed: 0, iteration: 0);

        var loss = new Draft { LastSteps = recorded }.Loss(flow, flow.Policy, flow.Base, latents => flow.Scores(flow.Pixels(latents)),
            rollout with { Tail = [.. rollout.Tail.Skip(steps - recorded)] }, 0, count, count, new([new("reward")]), seed: 0, new());

        comparison.Expect("out.loss", loss.Detach());
        flow.CompareGradients(comparison, loss);
        comparison.Expect("out.image", flow.Pixels(rollout.Final));
        comparison.Expect("out.reward", flow.Scores(flow.Pixels(rollout.Final)).Detach());
        return rollout;
    }

    private static Condition[] Conditions(int count) => [.. Enumerable.Range(0, count).Select(i => new Condition($"{i}"))];
}
