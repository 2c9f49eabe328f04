using Visalign.Generators;
using Visalign.Objectives;
using Visalign.Rollouts;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>Handles SPO: which children are compared and kept, and the preference between their transitions.</summary>
/// <remarks>The authors' rows are the first children of all parents, then the second; ours the children of a parent.</remarks>
public static class SiblingOracle
{
    /// <summary>Winner and loser of every parent.</summary>
    public static void Compare(OracleCase oracle, OracleComparison comparison)
    {
        int children = (int)oracle["in.scores"].Shape[0], parents = (int)oracle["in.scores"].Shape[1];
        var all = SiblingComparison.Of(oracle.Tensor("in.scores").Transpose(0, 1).Contiguous().ToArray<float>(), children, oracle.Config.GetProperty("threshold").GetDouble());
        // Among equals the authors name none.
        double[] winners = [.. all.Select(pair => pair.Winner == pair.Loser ? -1.0 : pair.Winner)], losers = [.. all.Select(pair => pair.Winner == pair.Loser ? -1.0 : pair.Loser)];
        comparison.Expect("out.indices", [.. winners, .. losers], 2, parents);
        comparison.Expect("out.valid", [.. all.Select(pair => pair.IsKept ? 1.0 : 0)], parents);
    }

    /// <summary>A rollout with children, with or without inner steps.</summary>
    public static void Rollout(OracleCase oracle, OracleComparison comparison)
    {
        var config = oracle.Config;
        int steps = config.GetProperty("n_steps").GetInt32(), children = config.GetProperty("children").GetInt32(), first = config.GetProperty("divert_start_step").GetInt32();
        int inner = config.TryGetProperty("inner_steps", out var stored) ? stored.GetInt32() : 0, count = (int)oracle["in.x_T"].Shape[0];
        double scale = config.GetProperty("scaling_factor").GetDouble();
        using var scope = Tensor.Scope();
        var flow = new TinyDenoiserFlow(oracle, new(oracle), key => key switch
        {
            { Purpose: NoisePurpose.Start } => oracle.Tensor("in.x_T"),
            { Branch: 0 } => oracle.Tensor("in.noise_before").Select(0, key.Step),
            _ => oracle.Tensor("in.noise_children").Select(0, key.Step - first).Select(0, key.Branch - 1),
        });
        var plan = RolloutPlan.Deterministic(flow.Scheduler.Grid(steps, 0), groupSize: 1, config.GetProperty("guidance_scale").GetDouble()) with
        {
            Kernel = new Ddim(), NoiseScale = config.GetProperty("eta").GetDouble(), WindowLength = steps,
        };
        List<float[]> scores = [];
        List<int> compared = [];

        var rollout = SiblingSampler.Sample(flow, flow.Weights("policy."), plan, new(children, first, inner, config.GetProperty("threshold").GetDouble()),
            [.. Enumerable.Range(0, count).Select(i => new Condition($"{i}"))], Judge, Parent, seed: 0, iteration: 0);

        comparison.Expect("out.scores", Tensor.Stack([.. scores.Select(row => Tensor.From(row, count, children).Transpose(0, 1).Reshape(-1))]));
        comparison.ExpectNumbers("out.pair_timesteps", [.. rollout.Pairs.SelectMany(pair => Enumerable.Repeat(flow.Scheduler.Timestep(plan.Levels[pair.Step]), pair.Count))], oracle["out.pair_timesteps"].Doubles);
        if (inner == 0)
        {
            comparison.Expect("out.pair_parents", All(pair => pair.WinnerFrom, 0));
            comparison.Expect("out.pair_winners", All(pair => pair.WinnerTo, 1));
            comparison.Expect("out.pair_losers", All(pair => pair.LoserTo, 1));
            comparison.Expect("out.pair_cond", Tensor.Cat([.. rollout.Pairs.Select(pair => oracle.Tensor("in.cond").IndexSelect(0, pair.Rows))]));
        }
        else
        {
            comparison.Expect("out.pair_states_winner", All(pair => pair.WinnerFrom, 0));
            comparison.Expect("out.pair_states_loser", All(pair => pair.LoserFrom, 0));
            comparison.Expect("out.pair_next_winner", All(pair => pair.WinnerTo, 1));
            comparison.Expect("out.pair_next_loser", All(pair => pair.LoserTo, 1));
        }

        // The latents of all pairs as the case has them.
        Tensor All(Func<SiblingPairs, Tensor> part, int after) => Tensor.Cat([.. rollout.Pairs.Select(pair => part(pair) * DiffusionNoise.PointOf(plan.Levels[pair.Step + after]).FlowScale)]);

        Tensor Judge(Tensor data, IReadOnlyList<Condition> conditions, double level)
        {
            double timestep = level == 0 ? 0 : flow.Scheduler.Timestep(level);
            var said = (data.Reshape(data.Size(0), -1) / scale * oracle.Tensor("in.score_weight")).Sum([1]) + 0.001 * timestep;
            scores.Add(said.ToArray<float>());
            return said;
        }

        int Parent(int step, int row)
        {
            if (!compared.Contains(step)) compared.Add(step);
            int at = compared.IndexOf(step), rows = (int)oracle["in.next_parent"].Shape[0];
            return at < rows ? (int)oracle["in.next_parent"].Integers[at * count + row] : 0;   // who goes on after the last step does not matter
        }
    }

    /// <summary>The loss of sibling pairs and its gradients.</summary>
    public static void Step(OracleCase oracle, OracleComparison comparison)
    {
        var config = oracle.Config;
        using var scope = Tensor.Scope();
        var network = new OracleNetwork(oracle);
        var flow = new TinyDenoiserFlow(oracle, network);
        var plan = RolloutPlan.Deterministic(flow.Scheduler.Grid(config.GetProperty("n_steps").GetInt32(), 0), groupSize: 1, config.GetProperty("guidance_scale").GetDouble()) with
        {
            Kernel = new Ddim(), NoiseScale = config.GetProperty("eta").GetDouble(), WindowLength = config.GetProperty("n_steps").GetInt32(), GuidanceGradient = GuidanceGradient.Both,
        };
        Tensor[] policy = [LogProbs("policy.", 0), LogProbs("policy.", 1)], reference = [LogProbs("reference.", 0).Detach(), LogProbs("reference.", 1).Detach()];
        double range = config.GetProperty("clamp").GetDouble();

        for (int member = 0; member < 2; member++)
        {
            comparison.Expect($"state.log_prob_{member}", policy[member].Detach());
            comparison.Expect($"state.ref_log_prob_{member}", reference[member]);
            comparison.Expect($"out.ratio_{member}", (policy[member].Detach() - reference[member]).Exp().Clamp(1 - range, 1 + range));
        }
        var loss = ClampedRatioPreference.PerPair(policy[0] - reference[0], policy[1] - reference[1], config.GetProperty("beta").GetDouble(), range).Mean();
        comparison.Expect("out.loss", loss.Detach());
        network.CompareGradients(comparison, loss);

        // Each row stands at a timestep of its own. Densities are per unit of the case's latents, not of the flow's.
        Tensor LogProbs(string weights, int member) => Tensor.Cat([.. oracle[$"in.timesteps_{member}"].Integers.Select((timestep, row) =>
        {
            int step = Array.FindIndex(plan.Levels, level => flow.Scheduler.Timestep(level) == timestep);
            double scale = DiffusionNoise.PointOf(plan.Levels[step]).FlowScale, next = DiffusionNoise.PointOf(plan.Levels[step + 1]).FlowScale;
            var latents = oracle.Tensor($"in.latents_{member}").Narrow(0, row, 1) / scale;
            var gaussian = RolloutSampler.GaussianOf(flow, flow.Weights(weights), plan, step, latents, flow.Encode([]).Narrow(row, 1));
            return gaussian.LogProb(oracle.Tensor($"in.next_latents_{member}").Narrow(0, row, 1) / next) - Math.Log(next);
        })]);
    }
}
