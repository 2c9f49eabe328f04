using System.Globalization;
using System.Text.Json;
using Visalign.AdapterFiles;
using Visalign.Networks;
using Visalign.Torch.Safetensors;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>Handles the LoRA files of several writers: what tiny networks give after each was read.</summary>
public static class LoraFilesOracle
{
    private const string TextEncoder = "text_encoder";

    /// <inheritdoc cref="OracleHandler"/>
    public static void Run(OracleCase oracle, OracleComparison comparison)
    {
        string component = oracle.Config.GetProperty("component").GetString()!;
        var networks = Networks(oracle, component);
        using var _ = Autograd.NoGrad();
        foreach (var (name, network) in networks) comparison.Expect(Name(name, "out.base"), network.Output(network.Base));
        foreach (var file in oracle.Config.GetProperty("files").EnumerateArray())
            CompareFile(oracle, comparison, component, file, networks);
    }

    private static void CompareFile(OracleCase oracle, OracleComparison comparison, string component, JsonElement file, IReadOnlyDictionary<string, Network> networks)
    {
        string path = Path.Combine(oracle.Folder, file.GetProperty("file").GetString()!);
        string expected = file.GetProperty("expect").GetString()!, output = file.GetProperty("output").GetString()!;
        var read = LoraFile.Read(path, networks.ToDictionary(entry => entry.Key, entry => entry.Value.Base));

        foreach (var (name, layers) in read)
        {
            CompareScales(comparison, Path.GetFileName(path), layers, file, name == component ? "scaling_of_loaded_modules" : "scaling_of_loaded_text_modules");
            using var adapter = Adapter.LowRank(networks[name].Base, layers);
            comparison.Expect(Name(name, expected), Output(name, adapter, 1));
            foreach (var scale in file.GetProperty("scales").EnumerateArray())
                comparison.Expect(Name(name, $"{output}.scale_{scale.GetRawText()}"), Output(name, adapter, scale.GetDouble()));
            // The files with and without metadata hold one adapter; the one that also tells its alpha gives it as it was trained.
            if (output == "out.metadata" && name == component) comparison.ExpectIfStored("out.trained", () => Output(name, adapter, 1));
        }
        if (output != expected) CompareWithoutDropped(oracle, comparison, component, path, file, read, networks);
        else comparison.ExpectEqual($"layers in {Path.GetFileName(path)}", read[component].Count, file.GetProperty("modules").GetInt32());

        Tensor Output(string name, Adapter adapter, double factor) => networks[name].Output(AdapterMixture.Together(networks[name].Base, (adapter, factor)));
    }

    // The reference reads a file of mixed spellings by the spelling of its first key and drops the rest of that network.
    private static void CompareWithoutDropped(OracleCase oracle, OracleComparison comparison, string component, string path, JsonElement file,
        IReadOnlyDictionary<string, IReadOnlyList<(string Layer, LowRankPair Pair)>> read, IReadOnlyDictionary<string, Network> networks)
    {
        string output = file.GetProperty("output").GetString()!;
        using var tensors = SafetensorsFile.Open(path);
        foreach (var (name, layers) in read)
        {
            var kept = layers.Where(layer => name != component || tensors.Entries.ContainsKey($"{name}.{layer.Layer}.lora_A.weight")).ToList();
            if (name == component) comparison.ExpectEqual($"layers the reference keeps of {Path.GetFileName(path)}", kept.Count, file.GetProperty("modules").GetInt32());
            using var adapter = Adapter.LowRank(networks[name].Base, kept);
            comparison.Expect(Name(name, output), networks[name].Output(adapter.Weights));
        }
    }

    private static void CompareScales(OracleComparison comparison, string file, IReadOnlyList<(string Layer, LowRankPair Pair)> layers, JsonElement entry, string key)
    {
        if (!entry.TryGetProperty(key, out var scales)) return;
        foreach (var (layer, pair) in layers)
        {
            double expected = scales.ValueKind switch
            {
                JsonValueKind.Object => scales.GetProperty(layer).GetDouble(),
                JsonValueKind.Array => scales.EnumerateArray().Single().GetDouble(),
                _ => scales.GetDouble(),
            };
            comparison.ExpectNumbers(string.Create(CultureInfo.InvariantCulture, $"scale of {layer} in {file}"), [pair.Scale], [expected]);
        }
    }

    private static Dictionary<string, Network> Networks(OracleCase oracle, string component)
    {
        Dictionary<string, Network> networks = new() { [component] = new(Base(oracle, component), Denoiser(oracle)) };
        if (oracle.Config.TryGetProperty(TextEncoder, out var config)) networks.Add(TextEncoder, new(Base(oracle, TextEncoder), TextStates(oracle, config)));
        return networks;
    }

    private static Func<Weights, Tensor> Denoiser(OracleCase oracle)
    {
        var json = NetworkConfig.Of(oracle.Config.GetProperty("network_config"), oracle.Path);
        Tensor timesteps = oracle.Tensor("in.timestep"), text = oracle.Tensor("in.encoder_hidden_states");
        if (oracle.Config.GetProperty("network").GetString() == "SD3Transformer2DModel")
        {
            var transformer = Sd3TransformerConfig.Read(json);
            return w => Sd3Transformer.Velocity(w, transformer, oracle.Tensor("in.hidden_states"), timesteps, text, oracle.Tensor("in.pooled_projections"));
        }
        var unet = UnetConfig.Read(json);
        UnetSizeCondition? sizes = oracle.Has("in.text_embeds") ? new(oracle.Tensor("in.text_embeds"), oracle.Tensor("in.time_ids")) : null;
        return w => Unet.Predict(w, unet, oracle.Tensor("in.sample"), timesteps, text, sizes);
    }

    private static Func<Weights, Tensor> TextStates(OracleCase oracle, JsonElement json)
    {
        var reader = NetworkConfig.Of(json, oracle.Path);
        // What the case says besides the keys of a checkpoint.
        reader.Ignore("output", "pooling");
        var config = ClipTextConfig.Read(reader);
        var ids = Tensor.From(oracle["in.input_ids"].Integers, oracle["in.input_ids"].Shape);
        return w => ClipText.Encode(w, config, ids).LastHiddenState;
    }

    private static Weights Base(OracleCase oracle, string component) =>
        Weights.Of(oracle.Under($"weight.{component}.").Keys.Select(key => (key, oracle.Tensor($"weight.{component}.{key}"))));

    private static string Name(string component, string output) => component == TextEncoder ? output.Replace("out.", "out.text.", StringComparison.Ordinal) : output;

    private sealed record Network(Weights Base, Func<Weights, Tensor> Output);
}
