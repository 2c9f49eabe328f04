using System.Text.Json;
using Visalign.Networks;
using Visalign.Torch;

namespace Visalign.AdapterFiles;

/// <summary>Where files keep PEFT's settings: in an <c>adapter_config.json</c> beside them, or inside, by component.</summary>
internal static class PeftMetadata
{
    /// <summary>The file beside the tensors of a PEFT folder.</summary>
    internal const string ConfigName = "adapter_config.json";

    /// <summary>The key of diffusers' entry among a safetensors file's texts: a JSON object of <c>COMPONENT.SETTING</c>.</summary>
    internal const string Key = "lora_adapter_metadata";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>The settings that a file's texts have for a component, or null for none.</summary>
    /// <param name="origin">The file, for messages.</param>
    /// <exception cref="InputException">They are no JSON object, or ask for something that is not supported.</exception>
    internal static PeftSettings? Find(IReadOnlyDictionary<string, string>? texts, string component, string origin)
    {
        if (texts?.GetValueOrDefault(Key) is not { } text) return null;
        string prefix = component + ".";
        try
        {
            var own = (JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(text) ?? []).Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal))
                .ToDictionary(entry => entry.Key[prefix.Length..], entry => entry.Value, StringComparer.Ordinal);
            return own.Count == 0 ? null : PeftSettings.Read(NetworkConfig.Of(JsonSerializer.SerializeToElement(own), $"{origin}, '{Key}' of {component}"));
        }
        catch (JsonException fault)
        {
            throw new InputException($"{origin}: its '{Key}' is no JSON object: {fault.Message}", fault);
        }
    }

    /// <summary>The entry for <see cref="Key"/>.</summary>
    internal static string Text(IReadOnlyDictionary<string, IReadOnlyList<(string Layer, LowRankPair Pair)>> components) =>
        JsonSerializer.Serialize(components.OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .SelectMany(component => Entries(component.Value).Select(entry => KeyValuePair.Create($"{component.Key}.{entry.Key}", entry.Value)))
            .ToDictionary(StringComparer.Ordinal), Indented);

    /// <summary>The content of <see cref="ConfigName"/>.</summary>
    internal static byte[] Config(IReadOnlyList<(string Layer, LowRankPair Pair)> layers) => JsonSerializer.SerializeToUtf8Bytes(Entries(layers), Indented);

    private static Dictionary<string, JsonElement> Entries(IReadOnlyList<(string Layer, LowRankPair Pair)> layers) =>
        PeftSettings.Of(layers).Entries(layers.Select(entry => entry.Layer));
}
