using Visalign.Networks;
using Visalign.Torch;
using Visalign.Torch.Safetensors;

namespace Visalign.AdapterFiles;

/// <summary>Reads low-rank adapters, whoever wrote them.</summary>
/// <remarks>
/// The scale of a layer, in this order: PEFT's settings (beside the file or in its texts); the layer's own alpha over its
/// rank, or 1 for a layer without where others have one, as kohya's programs do it; else, as in diffusers, the rank of the
/// component's first up-projection over the layer's own, which is 1 where all ranks agree. Never is a key left out: one
/// that binds to nothing is an error.
/// </remarks>
public static class LoraFile
{
    private static readonly string[] NamesInFolders = ["adapter_model.safetensors", "pytorch_lora_weights.safetensors"];

    /// <summary>Reads a file or folder for some networks of a generator.</summary>
    /// <param name="path">A .safetensors file, or a folder as PEFT or diffusers write it.</param>
    /// <param name="components">The networks as they are, by the names of a diffusers pipeline: <c>unet</c>, <c>transformer</c>, <c>text_encoder</c> and so on.</param>
    /// <returns>The layers of every component that the file has any of, in the file's order, float32 in the current scope; for <see cref="Adapter.LowRank"/>.</returns>
    /// <exception cref="InputException">No such file, a key that binds to nothing, a layer that lacks a part or has another shape, or settings that are not supported.</exception>
    public static IReadOnlyDictionary<string, IReadOnlyList<(string Layer, LowRankPair Pair)>> Read(string path, IReadOnlyDictionary<string, Weights> components)
    {
        using var noGradient = Autograd.NoGrad();
        using var scope = Tensor.Scope();
        string chosen = Choose(path);
        using var file = SafetensorsFile.Open(chosen);
        var tensors = TensorFiles.LoadAll(chosen, DType.Float32).ToDictionary(entry => entry.Name, entry => entry.Value, StringComparer.Ordinal);
        string[] names = [.. file.Entries.Values.OrderBy(entry => entry.Offset).ThenBy(entry => entry.Name, StringComparer.Ordinal).Select(entry => entry.Name)];
        var found = Bind(names, new(components), chosen);
        PeftSettings? beside = names.Any(name => name.StartsWith(LoraKeys.PeftPrefix, StringComparison.Ordinal)) ? Beside(chosen) : null;
        Dictionary<string, IReadOnlyList<(string, LowRankPair)>> read = new(StringComparer.Ordinal);
        foreach (var group in found.GroupBy(entry => entry.Key.Component, StringComparer.Ordinal))
        {
            var layers = group.GroupBy(entry => entry.Key.Layer, StringComparer.Ordinal)
                .Select(layer => new LoraLayer(chosen, layer.Key, layer.ToDictionary(entry => entry.Key.Part, entry => tensors[entry.Name]))).ToList();
            var settings = beside ?? PeftMetadata.Find(file.Metadata, group.Key, chosen);
            string? firstUp = group.FirstOrDefault(entry => entry.Key.Part == LoraPart.Up).Name;
            double missing = layers.Any(layer => layer.Alpha is not null) || firstUp is null ? double.NaN : tensors[firstUp].Size(1);
            read.Add(group.Key, [.. layers.Select(layer => (layer.Name, Kept(layer.Pair(components[group.Key][layer.Name]["weight"].Tensor, settings, missing), scope)))]);
        }
        return read;
    }

    private static List<(string Name, LoraKey Key)> Bind(string[] names, LoraKeys keys, string path)
    {
        List<(string Name, LoraKey Key)> bound = [];
        List<string> unbound = [];
        HashSet<LoraKey> seen = [];
        foreach (string name in names)
        {
            if (keys.Find(name) is not { } key) unbound.Add(name);
            else if (!seen.Add(key)) throw new InputException($"{path}: '{name}' is there in another spelling already; expected each part of a layer once.");
            else bound.Add((name, key));
        }
        if (unbound.Count > 0)
            throw new InputException($"{path}: {unbound.Count} of {names.Length} keys bind to nothing in this model: {string.Join(", ", unbound.Take(4).Select(name => $"'{name}'"))}{(unbound.Count > 4 ? ", …" : "")}.{keys.Hint(unbound[0])}");
        return bound.Count > 0 ? bound : throw new InputException($"{path}: holds no tensors, expected the layers of an adapter.");
    }

    private static string Choose(string path)
    {
        if (!Directory.Exists(path)) return path;
        string[] there = [.. NamesInFolders.Select(name => Path.Combine(path, name)).Where(File.Exists)];
        return there.Length == 1 ? there[0] : throw new InputException($"{path}: {(there.Length == 0 ? "has neither" : "has both")} {string.Join(" and ", NamesInFolders)}; name the file that is meant.");
    }

    private static PeftSettings Beside(string file)
    {
        string config = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, PeftMetadata.ConfigName);
        return File.Exists(config)
            ? PeftSettings.Read(NetworkConfig.Read(config))
            : throw new InputException($"{file}: its keys are PEFT's, but there is no {PeftMetadata.ConfigName} beside it, which has the scale; copy it there.");
    }

    private static LowRankPair Kept(LowRankPair pair, TensorScope scope) =>
        new(scope.Keep(pair.Down), scope.Keep(pair.Up), pair.Scale) { Magnitude = pair.Magnitude is { } magnitude ? scope.Keep(magnitude) : null };
}
