using System.Text.Json;
using Visalign.Generators;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>Handles one stochastic flow step for a batch whose rows sit at different steps: its state, log-probability and gradients.</summary>
public static class FlowStepOracle
{
    /// <inheritdoc cref="OracleHandler"/>
    public static void Run(OracleCase oracle, OracleComparison comparison)
    {
        float[] levels = oracle["in.sigmas"].Singles;
        long[] steps = oracle["in.step_index"].Integers;
        var kernel = FlowKernel.Of(oracle.Config, levels);
        var from = Tensor.From([.. steps.Select(step => levels[step])], steps.Length);    // [B]
        var to = Tensor.From([.. steps.Select(step => levels[step + 1])], steps.Length);  // [B]
        var latents = oracle.Tensor("in.sample").RequireGrad();                           // [B, …]
        var velocity = oracle.Tensor("in.model_output").RequireGrad();                    // [B, …]

        var step = kernel.Step(latents, velocity, from, to);
        var drawn = Drawn(oracle, FollowsOde(oracle.Config) ? FlowKernel.Euler(latents, velocity, from, to) : null, step);
        var replayed = Stored(oracle, "in.prev_sample", "in.next_sample") ?? drawn!;
        var logProb = kernel.LogProb(step, replayed);                                     // [B]

        comparison.Expect("out.prev_sample_mean", step.Mean);
        comparison.ExpectIfStored("out.prev_sample", () => drawn!);
        comparison.ExpectIfStored("out.std_dev_t", () => kernel.StandardDeviation(step, from).Reshape(-1));
        comparison.ExpectIfStored("out.tau", () => step.Deviation.Reshape(-1));
        comparison.ExpectIfStored("out.sqrt_dt", () => (from - to).Sqrt());
        comparison.ExpectIfStored("out.log_prob", () => logProb);
        comparison.ExpectIfStored("out.log_prob_replay", () => logProb);
        comparison.ExpectIfStored("out.log_prob_sampled", () => kernel.LogProb(step, drawn!));
        if (oracle.Tensors.Keys.Any(name => name.StartsWith("grad.", StringComparison.Ordinal)))
            CompareGradients(oracle, comparison, logProb, ("in.sample", latents), ("in.model_output", velocity));
    }

    private static void CompareGradients(OracleCase oracle, OracleComparison comparison, Tensor logProb, params (string Name, Tensor Leaf)[] leaves)
    {
        var cotangent = Stored(oracle, "in.upstream", "in.cotangent")!;
        var gradients = Autograd.Grad([logProb], [.. leaves.Select(leaf => leaf.Leaf)], [cotangent], retainGraph: true);
        foreach (var (leaf, gradient) in leaves.Zip(gradients))
            comparison.ExpectIfStored("grad." + leaf.Name, () => gradient);
    }

    private static Tensor? Drawn(OracleCase oracle, Tensor? deterministic, GaussianStep step) =>
        deterministic ?? (oracle.Has("in.noise") ? step.Draw(oracle.Tensor("in.noise")) : null);

    private static bool FollowsOde(JsonElement config) => config.TryGetProperty("deterministic", out var flag) && flag.GetBoolean();

    private static Tensor? Stored(OracleCase oracle, params string[] names) => names.Where(oracle.Has).Select(oracle.Tensor).FirstOrDefault();
}
