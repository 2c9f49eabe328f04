using Visalign.Generators;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>Handles a flow step in which each token has a noise level of its own.</summary>
public static class TokenLevelsOracle
{
    /// <inheritdoc cref="OracleHandler"/>
    public static void Run(OracleCase oracle, OracleComparison comparison)
    {
        float[] levels = oracle["in.sigmas"].Singles;
        float trainTimesteps = oracle.Config.GetProperty("num_train_timesteps").GetSingle();
        var stored = oracle["in.per_token_timesteps"];                                            // [B, L]
        float[] from = [.. stored.Singles.Select(timestep => timestep / trainTimesteps)];
        float[] to = [.. from.Select(level => FlowGrid.Below(levels, level))];
        // The reference takes data minus noise here, and steps the other way.
        var velocity = -oracle.Tensor("in.model_output");                                         // [B, L, C]

        var step = Cps.Step(oracle.Tensor("in.sample"), velocity, Tensor.From(from, stored.Shape), Tensor.From(to, stored.Shape), noiseScale: 0);

        comparison.Expect("out.prev_sample", step.Mean);
    }
}
