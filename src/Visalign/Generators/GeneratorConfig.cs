using System.Text.Json;
using System.Text.Json.Serialization;
using Visalign.Networks;

namespace Visalign.Generators;

/// <summary>The <c>config.json</c> of a generator that this program trained from scratch.</summary>
public sealed record GeneratorConfig
{
    /// <summary>Its name in the folder.</summary>
    public const string FileName = "config.json";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Size of the network.</summary>
    public required TextDitConfig Network { get; init; }

    /// <summary>Brings encoded latents to unit variance.</summary>
    public required double LatentScale { get; init; }

    /// <summary>The guidance scale it samples best at, by the measurements of its pretraining; 1 = off.</summary>
    public double GuidanceScale { get; init; } = 1;

    /// <summary>Reads it.</summary>
    /// <exception cref="InputException">It is malformed; the sentence names file and key.</exception>
    public static GeneratorConfig Read(string folder)
    {
        string path = Path.Combine(folder, FileName);
        try
        {
            return JsonSerializer.Deserialize<GeneratorConfig>(File.ReadAllText(path), Json)!;
        }
        catch (JsonException fault)
        {
            throw new InputException($"{path}: '{fault.Path}' is unknown, incomplete or of the wrong kind; expected the file of a generator as 'visalign pretrain' writes it.", fault);
        }
    }

    /// <summary>Writes it.</summary>
    public void Save(string folder) => File.WriteAllText(Path.Combine(folder, FileName), JsonSerializer.Serialize(this, Json) + "\n");
}
