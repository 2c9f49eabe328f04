using Visalign.Generators;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>Handles a rollout that follows the ODE, branches into children, is noisy for a few steps and follows the ODE to its end.</summary>
public static class FastRolloutOracle
{
    /// <inheritdoc cref="OracleHandler"/>
    public static void Run(OracleCase oracle, OracleComparison comparison)
    {
        using var noGrad = Autograd.NoGrad();
        var config = oracle.Config;
        float[] levels = oracle["in.sigmas"].Singles, timesteps = oracle["in.timesteps"].Singles;
        int first = config.GetProperty("branch_step").GetInt32(), noisy = config.GetProperty("train_num_steps").GetInt32();
        int children = config.GetProperty("children").GetInt32();
        double guidance = config.GetProperty("guidance_scale").GetDouble();
        var kernel = FlowKernel.Of(config, levels);
        var network = new ToyVelocity(oracle, oracle.Tensor("weight.lora_a"), oracle.Tensor("weight.lora_b"));
        Tensor embeds = oracle.Tensor("in.embeds"), noise = oracle.Tensor("in.noise");
        var empty = oracle.Tensor("in.negative_embeds").Expand(embeds.Shape);
        List<Tensor> states = [], logProbs = [];

        var state = oracle.Tensor("in.z0");                          // [P, …]
        for (int i = 0; i + 1 < levels.Length; i++)
        {
            if (i == first)
            {
                (state, embeds, empty) = (Tiled(state, children), Tiled(embeds, children), Tiled(empty, children));  // [children·P, …]
                states.Add(state);
            }
            Tensor from = Tensor.Of(levels[i]), to = Tensor.Of(levels[i + 1]);
            var velocity = Guidance.Combine(network.Of(state, timesteps[i], embeds), network.Of(state, timesteps[i], empty), guidance);
            if (i < first || i >= first + noisy)
            {
                state = FlowKernel.Euler(state, velocity, from, to);
                continue;
            }
            var step = kernel.Step(state, velocity, from, to);
            state = step.Draw(noise.Select(0, i - first));
            states.Add(state);
            logProbs.Add(kernel.LogProb(step, state));
        }

        comparison.Expect("out.final", state);
        comparison.Expect("out.latents", Tensor.Stack([.. states], 1));      // [children·P, window + 1, …]
        comparison.Expect("out.log_probs", Tensor.Stack([.. logProbs], 1));  // [children·P, window]
    }

    /// <summary>All prompts, once for each child: row = child · P + prompt.</summary>
    private static Tensor Tiled(Tensor rows, int children) => Tensor.Cat([.. Enumerable.Repeat(rows, children)]);
}
