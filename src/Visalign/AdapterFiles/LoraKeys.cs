using Visalign.Networks;
using Visalign.Records;
using Visalign.Torch;

namespace Visalign.AdapterFiles;

/// <summary>Finds the layers that the keys of LoRA files name, in every spelling in use.</summary>
/// <remarks>
/// A key is a layer and an ending. The layer stands behind its component (diffusers, transformers), behind
/// <c>base_model.model.</c> (PEFT), alone (old diffusers), or with its dots turned to underscores behind the prefix of its
/// component (kohya, for SDXL under its published name); older diffusers put attention layers under a <c>processor</c>. One file may mix spellings.
/// </remarks>
internal sealed class LoraKeys
{
    /// <summary>What stands before the layers of a PEFT file.</summary>
    internal const string PeftPrefix = "base_model.model.";

    private static readonly (string Ending, LoraPart Part)[] Endings =
    [
        (".lora_A.weight", LoraPart.Down), (".lora_B.weight", LoraPart.Up),
        (".lora.down.weight", LoraPart.Down), (".lora.up.weight", LoraPart.Up),
        (".lora_linear_layer.down.weight", LoraPart.Down), (".lora_linear_layer.up.weight", LoraPart.Up),
        (".lora_down.weight", LoraPart.Down), (".lora_up.weight", LoraPart.Up),
        ("_lora.down.weight", LoraPart.Down), ("_lora.up.weight", LoraPart.Up),
        (".lora_magnitude_vector", LoraPart.Magnitude), (".lora_magnitude_vector.weight", LoraPart.Magnitude),
        (".alpha", LoraPart.Alpha),
    ];

    // The first prefix of a component is the one that is written.
    private static readonly (string Component, string Prefix)[] KohyaPrefixes =
    [
        ("unet", "lora_unet_"), ("transformer", "lora_transformer_"), ("transformer", "lora_unet_"),
        ("text_encoder", "lora_te_"), ("text_encoder", "lora_te1_"), ("text_encoder_2", "lora_te2_"), ("text_encoder_3", "lora_te3_"),
    ];

    private readonly Dictionary<string, HashSet<string>> _layers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Component, string Layer)> _kohya = new(StringComparer.Ordinal);

    /// <summary>Keys of files for these networks.</summary>
    internal LoraKeys(IReadOnlyDictionary<string, Weights> components)
    {
        foreach (var (component, weights) in components)
        {
            var layers = _layers[component] = AdaptableLayers.Of(weights).Select(layer => layer.Name).ToHashSet(StringComparer.Ordinal);
            var names = layers.Select(layer => (layer, layer)).Concat(PublishedUnetNames.Of(layers)).ToList();
            foreach (var (_, prefix) in KohyaPrefixes.Where(entry => entry.Component == component))
                foreach (var (name, layer) in names) _kohya[prefix + Flat(name)] = (component, layer);
        }
    }

    /// <summary>What a key names, or null where the networks have no such layer or the ending is unknown.</summary>
    /// <exception cref="InputException">It names no component, and several have such a layer.</exception>
    internal LoraKey? Find(string key)
    {
        foreach (var (ending, part) in Endings)
        {
            if (!key.EndsWith(ending, StringComparison.Ordinal)) continue;
            string head = key[..^ending.Length];
            if (_kohya.TryGetValue(head, out var known)) return new(known.Component, known.Layer, part);
            string layer = Layer(Strip(head, out string? component));
            IEnumerable<string> possible = component is null ? _layers.Keys : [component];
            string[] owners = [.. possible.Where(owner => _layers[owner].Contains(layer))];
            if (owners.Length > 1) throw new InputException($"'{key}' names no component, and {string.Join(" and ", owners)} have such a layer; read the file for one of them alone.");
            if (owners.Length == 1) return new(owners[0], layer, part);
        }
        return null;
    }

    /// <summary>"Did you mean …?" for a key that names nothing; empty where nothing is close.</summary>
    internal string Hint(string key)
    {
        string head = Endings.Where(entry => key.EndsWith(entry.Ending, StringComparison.Ordinal)).Select(entry => key[..^entry.Ending.Length]).FirstOrDefault(key);
        string layer = Layer(Strip(head, out _));
        return NearestName.Among(layer, _layers.Values.SelectMany(layers => layers)) is { } nearest ? $" Did you mean '{nearest}'?" : "";
    }

    /// <summary>How kohya's programs call a layer.</summary>
    /// <exception cref="InputException">They know no such component.</exception>
    internal static string Kohya(string component, string layer) =>
        KohyaPrefixes.FirstOrDefault(entry => entry.Component == component).Prefix is { } prefix
            ? prefix + Flat(layer)
            : throw new InputException($"kohya's format has no prefix for the component '{component}'; there are {string.Join(", ", KohyaPrefixes.Select(entry => entry.Component).Distinct())}.");

    private string Strip(string head, out string? component)
    {
        component = _layers.Keys.FirstOrDefault(name => head.StartsWith(name + ".", StringComparison.Ordinal));
        if (component is not null) return head[(component.Length + 1)..];
        return head.StartsWith(PeftPrefix, StringComparison.Ordinal) ? head[PeftPrefix.Length..] : head;
    }

    // attn1.processor.to_out is attn1.to_out.0.
    private static string Layer(string name)
    {
        const string Processor = ".processor.", Output = "to_out";
        if (!name.Contains(Processor, StringComparison.Ordinal)) return name;
        string layer = name.Replace(Processor, ".", StringComparison.Ordinal);
        return layer.EndsWith("." + Output, StringComparison.Ordinal) ? layer + ".0" : layer;
    }

    private static string Flat(string layer) => layer.Replace('.', '_');
}
