using System.Text.Json;
using Visalign.AdapterFiles;
using Visalign.Networks;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>Handles a LoRA or DoRA of one linear layer or convolution: output, merged weight, gradients.</summary>
public static class LowRankLayerOracle
{
    /// <inheritdoc cref="OracleHandler"/>
    public static void Run(OracleCase oracle, OracleComparison comparison)
    {
        var config = oracle.Config;
        string module = config.GetProperty("module").GetString()!, name = config.TryGetProperty("adapter", out var named) ? named.GetString()! : "default";
        var settings = new PeftSettings
        {
            Rank = config.GetProperty("r").GetInt32(),
            Alpha = config.GetProperty("lora_alpha").GetDouble(),
            RankStabilized = config.TryGetProperty("use_rslora", out var stabilized) && stabilized.GetBoolean(),
        };
        var @base = Weights.Of(oracle.Under($"weight.{module}.base_layer.").Keys.Select(key => ($"{module}.{key}", oracle.Tensor($"weight.{module}.base_layer.{key}"))));
        var pair = Pair(oracle, module, name, settings);
        using var adapter = Adapter.LowRank(@base, [(module, pair)]);
        var x = oracle.Tensor("in.x").RequireGrad();
        var merged = adapter.Weights.Merged();

        var y = Output(config, adapter.Weights[module], x);

        comparison.ExpectNumbers("scaling", [pair.Scale], [config.GetProperty("scaling").GetDouble()]);
        comparison.Expect("out.y", y);
        comparison.ExpectIfStored("out.y_base", () => Output(config, @base[module], x));
        comparison.ExpectIfStored("out.y_merged", () => Output(config, merged[module], x));
        comparison.ExpectIfStored("out.delta_weight", pair.Product);
        comparison.ExpectIfStored("out.merged_weight", () => merged[module]["weight"].Tensor);
        // Nothing has to be unmerged: the base was never touched.
        comparison.ExpectIfStored("out.unmerged_weight", () => @base[module]["weight"].Tensor);
        Autograd.Backward((y * oracle.Tensor("in.cotangent")).Sum());
        comparison.Expect("grad.in.x", x.Gradient!);
        foreach (var slot in adapter.Parameters.Slots)
        {
            string grad = "grad.weight." + KeyOf(slot.Name, name);
            comparison.Expect(grad, slot.Of(adapter.Parameters.Gradients).Reshape(oracle[grad].Shape));
        }
    }

    /// <summary>The pair a case stores for a module.</summary>
    /// <param name="name">Of the adapter.</param>
    internal static LowRankPair Pair(OracleCase oracle, string module, string name, PeftSettings settings)
    {
        var down = oracle.Tensor($"weight.{module}.lora_A.{name}.weight");
        string magnitude = $"weight.{module}.lora_magnitude_vector.{name}.weight";
        return new(down, oracle.Tensor($"weight.{module}.lora_B.{name}.weight"), settings.ScaleOf(module, (int)down.Size(0)))
        {
            Magnitude = oracle.Has(magnitude) ? oracle.Tensor(magnitude).Reshape(-1) : null,
        };
    }

    /// <summary>The key that a loaded PEFT model has for a parameter, in which the adapter is named.</summary>
    internal static string KeyOf(string parameter, string adapter)
    {
        string key = parameter.EndsWith(".weight", StringComparison.Ordinal) ? parameter[..^".weight".Length] : parameter;
        return $"{key}.{adapter}.weight";
    }

    private static Tensor Output(JsonElement config, Weights layer, Tensor x) =>
        config.TryGetProperty("layer", out var kind) && kind.GetString() == "Conv2d" ? Layers.Conv(layer, x, Both(config, "stride"), Both(config, "padding")) : Layers.Linear(layer, x);

    private static int Both(JsonElement config, string key) => config.GetProperty(key).EnumerateArray().Select(side => side.GetInt32()).Distinct().Single();
}
