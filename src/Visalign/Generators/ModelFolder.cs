using Visalign.Networks;
using Visalign.Torch;
using Visalign.Torch.Safetensors;

namespace Visalign.Generators;

/// <summary>
/// Folders that hold a generator: one that this program trained (<c>config.json</c>, and <c>transformer.safetensors</c> with
/// <c>vae.safetensors</c> or <c>gpt.safetensors</c> with <c>vq.safetensors</c>), or a pipeline as diffusers saves it (<c>model_index.json</c> and a folder for each part).
/// </summary>
public static class ModelFolder
{
    /// <summary>Names of the models that ship with the program, generators and judges.</summary>
    public static IReadOnlyList<string> Shipped =>
        ShippedRoot is { } root ? [.. Directory.EnumerateDirectories(root).Where(IsModel).Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal)] : [];

    /// <summary>The folder of a model.</summary>
    /// <param name="model">A shipped name, or a folder.</param>
    /// <exception cref="InputException">Neither; the sentence lists the shipped generators.</exception>
    public static string Find(string model) => Find(model, "model", IsGenerator);

    /// <summary>The folder of a model that judges.</summary>
    /// <param name="model">A shipped name, or a folder.</param>
    /// <exception cref="InputException">Neither; the sentence lists the shipped judges.</exception>
    internal static string FindJudge(string model) => Find(model, "judge", folder => !IsGenerator(folder));

    private static string Find(string model, string kind, Func<string, bool> isOfKind)
    {
        if (ShippedRoot is { } root && Shipped.Contains(model)) return Path.Combine(root, model);
        if (IsModel(model)) return model;
        string[] names = [.. Shipped.Where(name => isOfKind(Path.Combine(ShippedRoot!, name)))];
        string shipped = $"a shipped {kind} ({(names.Length > 0 ? string.Join(", ", names) : "none ships yet")})";
        throw new InputException($"model: '{model}' is neither {shipped} nor a folder with a {PipelineIndex.FileName} or a {GeneratorConfig.FileName}.");
    }

    /// <summary>Loads a generator.</summary>
    /// <exception cref="InputException">A file is missing, malformed, or of another network, or the model is a judge.</exception>
    public static IGenerator Load(string model)
    {
        string folder = Find(model);
        if (!IsGenerator(folder)) throw new InputException($"model: '{model}' is a judge, not a generator: its {GeneratorConfig.FileName} is that of a model that scores pictures and draws none.");
        return File.Exists(Path.Combine(folder, PipelineIndex.FileName)) ? PipelineFolder.Load(folder)
            : TokenGeneratorConfig.IsIn(folder) ? LoadDrawing(folder) : LoadDenoising(folder);
    }

    /// <summary>Loads a generator that denoises.</summary>
    /// <inheritdoc cref="Load"/>
    public static NoiseGenerator LoadNoise(string model)
    {
        var generator = Load(model);
        if (generator is NoiseGenerator noise) return noise;
        generator.Dispose();
        throw new InputException($"model: '{model}' does not make pictures by denoising, and this needs one that does.");
    }

    /// <summary>Loads a generator that draws tokens.</summary>
    /// <inheritdoc cref="Load"/>
    public static TokenGenerator LoadTokens(string model)
    {
        var generator = Load(model);
        if (generator is TokenGenerator tokens) return tokens;
        generator.Dispose();
        throw new InputException($"model: '{model}' does not draw tokens, and this needs one that does.");
    }

    private static NoiseGenerator LoadDenoising(string folder)
    {
        var config = GeneratorConfig.Read(folder);
        using var scope = Tensor.Scope();
        var transformer = TensorFiles.LoadAll(Path.Combine(folder, "transformer.safetensors"), DType.Float32);
        var autoencoder = TensorFiles.LoadAll(Path.Combine(folder, "vae.safetensors"), DType.Float32);
        return new(new()
        {
            Denoiser = new TextDitDenoiser(config.Network),
            Base = Weights.Of(transformer),
            Component = "transformer",
            Schedule = new EvenFlow(),
            Text = new WorldWords(config.Network.PromptLength),
            Autoencoder = new WorldAutoencoder(Weights.Of(autoencoder), config.LatentScale),
            GuidanceScale = config.GuidanceScale,
            DrawsWorld = true,
            Tensors = [.. transformer.Concat(autoencoder).Select(entry => entry.Value)],
        });
    }

    private static TokenGenerator LoadDrawing(string folder)
    {
        var config = TokenGeneratorConfig.Read(folder);
        using var scope = Tensor.Scope();
        var gpt = TensorFiles.LoadAll(Path.Combine(folder, "gpt.safetensors"), DType.Float32);
        var tokenizer = TensorFiles.LoadAll(Path.Combine(folder, "vq.safetensors"), DType.Float32);
        return new(new()
        {
            Network = config.Gpt,
            Base = Weights.Of(gpt),
            Tokenizer = config.Vq,
            TokenizerWeights = Weights.Of(tokenizer),
            Text = new WorldWords(config.Gpt.ConditionTokens),
            GuidanceScale = config.GuidanceScale,
            DrawsWorld = true,
            Tensors = [.. gpt.Concat(tokenizer).Select(entry => entry.Value)],
        });
    }

    private static bool IsModel(string folder) => File.Exists(Path.Combine(folder, PipelineIndex.FileName)) || File.Exists(Path.Combine(folder, GeneratorConfig.FileName));

    // A judge's configuration names its kind of model, as transformers saves it; a generator's of this program does not.
    private static bool IsGenerator(string folder) =>
        File.Exists(Path.Combine(folder, PipelineIndex.FileName)) || !NetworkConfig.Read(Path.Combine(folder, GeneratorConfig.FileName)).Has("model_type");

    private static string? ShippedRoot => Path.GetDirectoryName(ShippedFile.Find("models/shapes32-flow"));
}
