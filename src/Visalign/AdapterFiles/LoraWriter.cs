using Visalign.Networks;
using Visalign.Torch;
using Visalign.Torch.Files;
using Visalign.Torch.Safetensors;

namespace Visalign.AdapterFiles;

/// <summary>Writes low-rank adapters for other programs.</summary>
/// <remarks>Factors and scales are written as they are; <see cref="LoraFile"/> reads the same bits back, alphas of kohya's format to float32.</remarks>
public static class LoraWriter
{
    internal const string PeftWeights = "adapter_model.safetensors";

    /// <summary>Writes an adapter atomically.</summary>
    /// <param name="path">A file, or for <see cref="LoraFormat.Peft"/> a folder, which is made where it is missing.</param>
    /// <param name="components">The layers by the names of a diffusers pipeline's components, as <see cref="Adapter.Layers"/> has them.</param>
    /// <exception cref="InputException">The format cannot say it: several components in PEFT's, DoRA or an unknown component in kohya's. Or the file cannot be written.</exception>
    public static void Save(string path, IReadOnlyDictionary<string, IReadOnlyList<(string Layer, LowRankPair Pair)>> components, LoraFormat format)
    {
        if (components.Count == 0 || components.Values.Any(layers => layers.Count == 0)) throw new InputException($"{path}: an adapter that trains all weights has no LoRA file; save the weights themselves.");
        if (components.Values.SelectMany(layers => layers).Any(layer => layer.Pair.Rows is not null)) throw new ArgumentException("The choice of adapters for the rows of a batch is no part of an adapter.");
        using var scope = Tensor.Scope();
        try
        {
            Write(path, components, format);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be written ({cause.Message}). Name a place that may be written.", cause);
        }
    }

    private static void Write(string path, IReadOnlyDictionary<string, IReadOnlyList<(string Layer, LowRankPair Pair)>> components, LoraFormat format)
    {
        switch (format)
        {
            case LoraFormat.Diffusers:
                TensorFiles.Save(path, components.SelectMany(component => Named(component.Value, component.Key + ".")), Texts((PeftMetadata.Key, PeftMetadata.Text(components))));
                break;
            case LoraFormat.Kohya:
                TensorFiles.Save(path, components.SelectMany(component => component.Value.SelectMany(layer => Kohya(component.Key, layer.Layer, layer.Pair))), Texts());
                break;
            case LoraFormat.Peft:
                SavePeft(path, components);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(format));
        }
    }

    private static void SavePeft(string folder, IReadOnlyDictionary<string, IReadOnlyList<(string Layer, LowRankPair Pair)>> components)
    {
        if (components.Count > 1) throw new InputException($"{folder}: a PEFT folder holds the adapter of one network, got {string.Join(" and ", components.Keys)}; write one folder for each.");
        var layers = components.Values.Single();
        byte[] config = PeftMetadata.Config(layers);
        Directory.CreateDirectory(folder);
        TensorFiles.Save(Path.Combine(folder, PeftWeights), Named(layers, LoraKeys.PeftPrefix), Texts());
        new DiskStorage().Replace(Path.Combine(folder, PeftMetadata.ConfigName), stream => stream.Write(config));
    }

    private static IEnumerable<(string Name, Tensor Value)> Named(IReadOnlyList<(string Layer, LowRankPair Pair)> layers, string prefix)
    {
        foreach (var (layer, pair) in layers)
        {
            yield return ($"{prefix}{layer}.lora_A.weight", pair.Down);
            yield return ($"{prefix}{layer}.lora_B.weight", pair.Up);
            // PEFT keeps a convolution's magnitudes as a picture of one pixel.
            if (pair.Magnitude is { } magnitude) yield return ($"{prefix}{layer}.lora_magnitude_vector", pair.Down.Rank == 4 ? magnitude.Reshape(1, -1, 1, 1) : magnitude);
        }
    }

    private static IEnumerable<(string Name, Tensor Value)> Kohya(string component, string layer, LowRankPair pair)
    {
        if (pair.Magnitude is not null) throw new InputException($"'{layer}' is a DoRA layer, of which kohya's programs mean different things; write diffusers' or PEFT's format.");
        string name = LoraKeys.Kohya(component, layer);
        yield return ($"{name}.lora_down.weight", pair.Down);
        yield return ($"{name}.lora_up.weight", pair.Up);
        yield return ($"{name}.alpha", Tensor.Of(pair.Scale * pair.Rank));
    }

    // What Python's loaders look at to tell whose file it is.
    private static Dictionary<string, string> Texts(params ReadOnlySpan<(string Key, string Value)> more)
    {
        Dictionary<string, string> texts = new(StringComparer.Ordinal) { ["format"] = "pt" };
        foreach (var (key, value) in more) texts.Add(key, value);
        return texts;
    }
}
