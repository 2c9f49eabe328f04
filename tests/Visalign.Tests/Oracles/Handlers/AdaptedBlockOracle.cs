using Visalign.AdapterFiles;
using Visalign.Networks;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>Handles two adapters in one transformer block: each alone, together, weighted, merged, off, and the first one's gradients.</summary>
public static class AdaptedBlockOracle
{
    /// <inheritdoc cref="OracleHandler"/>
    public static void Run(OracleCase oracle, OracleComparison comparison)
    {
        var config = oracle.Config;
        var @base = Weights.Of(oracle.Under("weight.").Keys.Where(key => !key.Contains(".lora_", StringComparison.Ordinal))
            .Select(key => (key.Replace(".base_layer.", ".", StringComparison.Ordinal), oracle.Tensor("weight." + key))));
        string[] names = [.. config.GetProperty("adapters").EnumerateObject().Select(entry => entry.Name)];
        Adapter[] own = [.. names.Select(name => Load(oracle, comparison, @base, name, weighted: false))];
        Adapter[] weighted = [.. names.Select(name => Load(oracle, comparison, @base, name, weighted: true))];
        var together = AdapterMixture.Together(@base, [.. own.Select(adapter => (adapter, 1.0))]);
        string plus = string.Join("_plus_", names);

        Tensor[] alone = [.. own.Select(adapter => Block(oracle, adapter.Weights))];

        foreach (var (name, output) in names.Zip(alone)) comparison.Expect("out." + name, output);
        comparison.Expect("out." + plus, Block(oracle, together));
        comparison.Expect("out.merged_" + plus, Block(oracle, together.Merged()));
        comparison.Expect("out.weighted", Block(oracle, AdapterMixture.Together(@base, [.. weighted.Select(adapter => (adapter, 1.0))])));
        comparison.Expect("out.disabled", Block(oracle, @base));
        comparison.Expect("out.base", Block(oracle, @base));
        Autograd.Backward((alone[0] * oracle.Tensor("in.cotangent")).Sum());
        foreach (var slot in own[0].Parameters.Slots)
            comparison.Expect("grad.weight." + LowRankLayerOracle.KeyOf(slot.Name, names[0]), slot.Of(own[0].Parameters.Gradients));
        foreach (var adapter in own.Concat(weighted)) adapter.Dispose();
    }

    private static Adapter Load(OracleCase oracle, OracleComparison comparison, Weights @base, string name, bool weighted)
    {
        var json = oracle.Config.GetProperty("adapters").GetProperty(name);
        var settings = PeftSettings.Read(NetworkConfig.Of(json, $"{oracle.Path}, adapter {name}"));
        string ending = $".lora_A.{name}.weight";
        string[] modules = [.. oracle.Under("weight.").Keys.Where(key => key.EndsWith(ending, StringComparison.Ordinal)).Select(key => key[..^ending.Length]).Order(StringComparer.Ordinal)];
        var targeted = AdaptableLayers.Choose(@base, [.. json.GetProperty("target_modules").EnumerateArray().Select(target => target.GetString()!)]);
        comparison.ExpectEqual($"targets of {name}", string.Join(' ', targeted.Select(layer => layer.Name).Order(StringComparer.Ordinal)), string.Join(' ', modules));
        return Adapter.LowRank(@base, [.. modules.Select(module => (module, Pair(module)))]);

        LowRankPair Pair(string module)
        {
            var pair = LowRankLayerOracle.Pair(oracle, module, name, settings);
            comparison.ExpectNumbers($"scaling of {module}", [pair.Scale], [Scaling("scaling_by_module")]);
            // PEFT's set_scale forgets that an adapter is rank-stabilized; the case tells the scales that come of it.
            return weighted ? pair with { Scale = Scaling("weighted_scaling_by_module") } : pair;

            double Scaling(string table) => oracle.Config.GetProperty(table).GetProperty(module).GetProperty(name).GetDouble();
        }
    }

    // x += self-attention; x += cross-attention; x += gated feed-forward, each of its own normalized x.
    private static Tensor Block(OracleCase oracle, Weights w)
    {
        var block = oracle.Config.GetProperty("block");
        int heads = block.GetProperty("heads").GetInt32();
        Tensor x = oracle.Tensor("in.hidden_states"), context = oracle.Tensor("in.encoder_hidden_states");
        var normed = Norm("norm1", x);
        x = x + Attention(w["attn1"], normed, normed, heads);
        x = x + Attention(w["attn2"], Norm("norm2", x), context, heads);
        var halves = Layers.Linear(w["ff.net.0.proj"], Norm("norm3", x)).Chunk(2, 2);
        return x + Layers.Linear(w["ff.net.2"], halves[0] * halves[1].Gelu());

        Tensor Norm(string name, Tensor y) => y.LayerNorm(w[name]["weight"].Tensor, w[name]["bias"].Tensor, block.GetProperty("norm_eps").GetDouble());
    }

    private static Tensor Attention(Weights w, Tensor x, Tensor context, int heads)
    {
        var found = Tensor.Attend(Split("to_q", x), Split("to_k", context), Split("to_v", context));
        return Layers.Linear(w["to_out.0"], AttentionHeads.Join(found));

        Tensor Split(string name, Tensor input) => AttentionHeads.Split(Layers.Linear(w[name], input), heads);
    }
}
