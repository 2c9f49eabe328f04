using System.Text.Json;

namespace Visalign.Networks;

/// <summary>Reads the JSON files of model folders.</summary>
internal static class JsonObjectFile
{
    /// <summary>The object a file holds.</summary>
    /// <exception cref="InputException">It is missing or no JSON object.</exception>
    internal static JsonElement Read(string path)
    {
        if (!File.Exists(path)) throw new InputException($"{path} is missing; the folder is not whole without it.");
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document.RootElement.Clone()
                : throw new InputException($"{path} holds a JSON {document.RootElement.ValueKind.ToString().ToLowerInvariant()}, expected an object.");
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path} cannot be read as JSON: {error.Message}", error);
        }
    }

    /// <summary>The object a file holds, or null where there is no such file.</summary>
    /// <exception cref="InputException">It is no JSON object.</exception>
    internal static JsonElement? ReadIfThere(string path) => File.Exists(path) ? Read(path) : null;
}
