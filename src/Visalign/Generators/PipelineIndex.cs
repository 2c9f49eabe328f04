using System.Text.Json;

namespace Visalign.Generators;

/// <summary>The <c>model_index.json</c> of a pipeline as diffusers saves it: which class each part is of.</summary>
/// <param name="Folder">The pipeline's folder.</param>
/// <param name="Pipeline">The pipeline's own class.</param>
/// <param name="Parts">Classes by the names of the parts; those that the pipeline comes without are left out.</param>
/// <param name="GuidanceScale">The one it samples best at; null in published pipelines, whose index does not say.</param>
internal sealed record PipelineIndex(string Folder, string Pipeline, IReadOnlyDictionary<string, string> Parts, double? GuidanceScale)
{
    /// <summary>Its name in the folder.</summary>
    internal const string FileName = "model_index.json";

    /// <summary>Reads it.</summary>
    /// <exception cref="InputException">Malformed.</exception>
    internal static PipelineIndex Read(string folder)
    {
        string path = Path.Combine(folder, FileName);
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            string? pipeline = null;
            double? guidanceScale = null;
            Dictionary<string, string> parts = new(StringComparer.Ordinal);
            foreach (var entry in json.RootElement.EnumerateObject())
            {
                if (entry.Name == "_class_name") pipeline = entry.Value.GetString();
                else if (entry.Name == "guidance_scale") guidanceScale = entry.Value.GetDouble();
                // Library and class of a part; settings of the pipeline itself are no lists.
                else if (entry.Value.ValueKind == JsonValueKind.Array && entry.Value.GetArrayLength() == 2 && entry.Value[1].GetString() is { } name) parts[entry.Name] = name;
            }
            return new(folder, pipeline ?? throw new InputException($"{path} lacks '_class_name'."), parts, guidanceScale);
        }
        catch (Exception fault) when (fault is JsonException or IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            throw new InputException($"{path} cannot be read as the index of a pipeline: {fault.Message}", fault);
        }
    }

    /// <summary>Refuses parts that nobody reads.</summary>
    /// <exception cref="InputException">There is one; the sentence names it.</exception>
    internal void RefuseOthers(IReadOnlyCollection<string> known)
    {
        string[] others = [.. Parts.Where(part => !known.Contains(part.Key)).Select(part => $"'{part.Key}' ({part.Value})")];
        if (others.Length > 0) throw new InputException($"{Folder}: the {Pipeline} comes with {string.Join(", ", others)}, which is not supported.");
    }

    /// <summary>The folder of a part.</summary>
    /// <param name="classes">The classes that are supported for it.</param>
    /// <exception cref="InputException">The pipeline lacks it, or it is of another class.</exception>
    internal string Part(string name, params ReadOnlySpan<string> classes)
    {
        string expected = string.Join(" or ", classes.ToArray());
        if (!Parts.TryGetValue(name, out string? found)) throw new InputException($"{Folder}: the {Pipeline} comes without a {name}, expected a {expected}.");
        return classes.Contains(found) ? Path.Combine(Folder, name) : throw new InputException($"{Folder}: its {name} is a {found}, expected a {expected}.");
    }
}
