using Visalign.Networks;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>Handles the three ways to make one adapter of two.</summary>
public static class LowRankCombinationOracle
{
    /// <inheritdoc cref="OracleHandler"/>
    public static void Run(OracleCase oracle, OracleComparison comparison)
    {
        var config = oracle.Config;
        string[] names = [.. config.GetProperty("r").EnumerateObject().Select(entry => entry.Name)];
        double[] weights = [.. config.GetProperty("weights").EnumerateArray().Select(weight => weight.GetDouble())];
        string module = oracle.Tensors.Keys.First(name => name.Contains(".lora_A.", StringComparison.Ordinal))["weight.".Length..].Split(".lora_A.")[0];
        int rank = config.GetProperty("svd_rank").GetInt32();
        var parts = names.Zip(weights, (name, weight) => (Pair: Pair(name), Weight: weight)).ToList();

        var linear = LowRankCombination.OfFactors(parts);
        var side = LowRankCombination.Concatenated(parts);
        var best = LowRankCombination.Truncated(rank, parts);
        // PEFT's own svd multiplies by the scale a second time.
        var twice = LowRankCombination.Truncated(rank, [.. parts.Select(part => (part.Pair, part.Weight * part.Pair.Scale))]);

        comparison.Expect("out.linear.lora_A", linear.Down);
        comparison.Expect("out.linear.lora_B", linear.Up);
        comparison.Expect("out.linear.delta_weight", linear.Product());
        comparison.Expect("out.cat.lora_A", side.Down);
        comparison.Expect("out.cat.lora_B", side.Up);
        comparison.Expect("out.cat.delta_weight", side.Product());
        comparison.Expect("out.svd_paper.delta_weight", best.Product());
        comparison.Expect("out.svd.delta_weight", twice.Product());

        LowRankPair Pair(string name) => new(oracle.Tensor($"weight.{module}.lora_A.{name}.weight"), oracle.Tensor($"weight.{module}.lora_B.{name}.weight"),
            config.GetProperty("lora_alpha").GetProperty(name).GetDouble() / config.GetProperty("r").GetProperty(name).GetInt32());
    }
}
