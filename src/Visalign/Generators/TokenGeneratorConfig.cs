using System.Text.Json;
using System.Text.Json.Nodes;
using Visalign.Networks;

namespace Visalign.Generators;

/// <summary>The <c>config.json</c> of a generator that draws tokens: both networks under LlamaGen's names.</summary>
/// <param name="Gpt">The network that draws.</param>
/// <param name="Vq">The image tokenizer.</param>
/// <param name="GuidanceScale">The guidance scale it samples best at, by the measurements of its pretraining; 1 = off.</param>
public sealed record TokenGeneratorConfig(LlamaGenGptConfig Gpt, VqAutoencoderConfig Vq, double GuidanceScale = 1)
{
    private const string GptKey = "gpt", VqKey = "vq", GuidanceKey = "guidance_scale";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Whether a folder's configuration is of such a generator.</summary>
    public static bool IsIn(string folder) => NetworkConfig.Read(PathIn(folder)).Has(GptKey);

    /// <summary>Reads it.</summary>
    /// <exception cref="InputException">It is malformed, or the networks do not fit each other; the sentence names file and key.</exception>
    public static TokenGeneratorConfig Read(string folder)
    {
        string path = PathIn(folder);
        var json = NetworkConfig.Read(path);
        var config = new TokenGeneratorConfig(LlamaGenGptConfig.Read(json.Section(GptKey)), VqAutoencoderConfig.Read(json.Section(VqKey)), json.Number(GuidanceKey, 1));
        json.RefuseOthers();
        if (config.Gpt.Vocabulary != config.Vq.Codes)
            throw new InputException($"{path}: 'gpt.vocab_size' is {config.Gpt.Vocabulary} and 'vq.codebook_size' {config.Vq.Codes}; a token is a code, so they must be equal.");
        return config;
    }

    /// <summary>Writes it.</summary>
    public void Save(string folder)
    {
        var json = new JsonObject { [GptKey] = Gpt.ToJson(), [VqKey] = Vq.ToJson(), [GuidanceKey] = GuidanceScale };
        File.WriteAllText(PathIn(folder), json.ToJsonString(Indented) + "\n");
    }

    private static string PathIn(string folder) => Path.Combine(folder, GeneratorConfig.FileName);
}
