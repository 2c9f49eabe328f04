using System.Text.Json;
using Visalign.Networks;
using Visalign.Torch;
using Visalign.Torch.Safetensors;

namespace Visalign.Generators;

/// <summary>Folders that hold a generator: <c>config.json</c>, <c>transformer.safetensors</c>, <c>vae.safetensors</c>.</summary>
public static class ModelFolder
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Names of the models that ship with the program.</summary>
    public static IReadOnlyList<string> Shipped =>
        ShippedRoot is { } root ? [.. Directory.EnumerateDirectories(root).Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal)] : [];

    /// <summary>The folder of a model.</summary>
    /// <param name="model">A shipped name, or a folder.</param>
    /// <exception cref="InputException">Neither; the sentence lists the shipped names.</exception>
    public static string Find(string model)
    {
        if (ShippedRoot is { } root && Shipped.Contains(model)) return Path.Combine(root, model);
        if (File.Exists(Path.Combine(model, "config.json"))) return model;
        string shipped = Shipped.Count > 0 ? $"a shipped model ({string.Join(", ", Shipped)})" : "a shipped model (none ships yet)";
        throw new InputException($"model: '{model}' is neither {shipped} nor a folder with a config.json.");
    }

    /// <summary>Loads a generator.</summary>
    /// <exception cref="InputException">A file is missing, malformed, or of another network.</exception>
    public static NoiseGenerator Load(string model)
    {
        string folder = Find(model), path = Path.Combine(folder, "config.json");
        GeneratorConfig config;
        try
        {
            config = JsonSerializer.Deserialize<GeneratorConfig>(File.ReadAllText(path), Json)!;
        }
        catch (JsonException fault)
        {
            throw new InputException($"{path}: {fault.Message}", fault);
        }
        using var scope = Tensor.Scope();
        return new(config, TensorFiles.LoadAll(Path.Combine(folder, "transformer.safetensors"), DType.Float32),
            TensorFiles.LoadAll(Path.Combine(folder, "vae.safetensors"), DType.Float32));
    }

    /// <summary>Writes a model's configuration.</summary>
    public static void SaveConfig(string folder, GeneratorConfig config) =>
        File.WriteAllText(Path.Combine(folder, "config.json"), JsonSerializer.Serialize(config, Json) + "\n");

    private static string? ShippedRoot => Path.GetDirectoryName(ShippedFile.Find("models/shapes32-flow"));
}
