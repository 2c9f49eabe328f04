using System.Text.Json;

namespace Visalign.Torch.Safetensors;

/// <summary>The weights of one network: a single file, or shards that an index ties together.</summary>
/// <remarks>
/// Indexes as diffusers (<c>diffusion_pytorch_model.safetensors.index.json</c>) and transformers
/// (<c>model.safetensors.index.json</c>) write them. A folder is whole or refused: every name is in the shard its index
/// sends it to, no shard holds more, and no shard lies outside the folder.
/// </remarks>
public sealed class SafetensorsFolder : IDisposable
{
    private readonly Dictionary<string, SafetensorsFile> _fileOf;

    private SafetensorsFolder(IReadOnlyList<SafetensorsFile> files)
    {
        Files = files;
        _fileOf = files.SelectMany(file => file.Entries.Keys.Select(name => (name, file)))
            .ToDictionary(pair => pair.name, pair => pair.file, StringComparer.Ordinal);
    }

    /// <summary>The files, one or every shard, by file name.</summary>
    public IReadOnlyList<SafetensorsFile> Files { get; }

    /// <summary>Names of all arrays.</summary>
    public IReadOnlyCollection<string> Names => _fileOf.Keys;

    /// <summary>Opens a network's weights.</summary>
    /// <param name="path">A .safetensors file, an index, or a folder with exactly one index or exactly one .safetensors file.</param>
    /// <exception cref="InputException">Nothing there, more than one choice, a pickle, a malformed file, or index and shards disagree.</exception>
    public static SafetensorsFolder Open(string path)
    {
        string chosen = Directory.Exists(path) ? Choose(path) : path;
        return chosen.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? OpenShards(chosen) : new([SafetensorsFile.Open(chosen)]);
    }

    /// <summary>The file that holds an array, for its entry, bytes or pin.</summary>
    /// <exception cref="InputException">No file has an array of that name.</exception>
    public SafetensorsFile FileOf(string name) =>
        _fileOf.TryGetValue(name, out var file)
            ? file
            : throw new InputException($"{Path.GetDirectoryName(Files[0].Path)}: no tensor '{name}' among its {_fileOf.Count}.");

    /// <summary>Closes every file.</summary>
    public void Dispose()
    {
        foreach (var file in Files)
            file.Dispose();
    }

    private static string Choose(string folder)
    {
        string[] names = [.. Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
        string[] indexes = [.. names.Where(name => name.Contains(".safetensors.index", StringComparison.Ordinal) && name.EndsWith(".json", StringComparison.Ordinal))];
        string[] singles = [.. names.Where(name => name.EndsWith(".safetensors", StringComparison.Ordinal))];
        string[] choices = indexes.Length > 0 ? indexes : singles;
        if (choices.Length == 1)
            return Path.Combine(folder, choices[0]);
        if (choices.Length > 1)
            throw new InputException($"{folder}: {string.Join(", ", choices)} are all there; name the one that is meant.");
        string? pickle = Array.Find(names, ForeignFile.HasPickleEnding);
        throw new InputException(pickle is null
            ? $"{folder}: no .safetensors file and no .safetensors.index.json in it; check the path."
            : $"{folder}: {pickle} is a pickle by its name; {ForeignFile.PickleAdvice}.");
    }

    private static SafetensorsFolder OpenShards(string index)
    {
        string folder = Path.GetDirectoryName(index)!;
        var map = ReadMap(index);
        var files = new SortedDictionary<string, SafetensorsFile>(StringComparer.Ordinal);
        try
        {
            foreach (var (name, shard) in map)
            {
                if (!files.TryGetValue(shard, out var file))
                    files[shard] = file = OpenShard(index, folder, name, shard);
                if (!file.Entries.ContainsKey(name))
                    throw new InputException($"{index}: sends tensor '{name}' to {shard}, which does not hold it; index and shards are of different models or versions.");
            }
            foreach (var (shard, file) in files)
            {
                foreach (string name in file.Entries.Keys)
                {
                    if (!map.TryGetValue(name, out string? listed) || listed != shard)
                        throw new InputException($"{index}: {shard} holds tensor '{name}', which the index {(listed is null ? "does not list" : "sends to " + listed)}; index and shards are of different models or versions.");
                }
            }
            return new([.. files.Values]);
        }
        catch
        {
            foreach (var file in files.Values)
                file.Dispose();
            throw;
        }
    }

    private static SafetensorsFile OpenShard(string index, string folder, string name, string shard)
    {
        // Both separators and drive letters, whatever the system: an index travels between them.
        if (shard.AsSpan().ContainsAny("/\\:\0") || shard is "" or "." or "..")
            throw new InputException($"{index}: sends tensor '{name}' to '{shard}'; a shard must be a plain file name in {folder}.");
        string path = Path.Combine(folder, shard);
        return File.Exists(path)
            ? SafetensorsFile.Open(path)
            : throw new InputException($"{index}: sends tensor '{name}' to {shard}, which is not in {folder}; download or copy the missing shard.");
    }

    private static Dictionary<string, string> ReadMap(string index)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(index));
            if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("weight_map", out var map)
                || map.ValueKind != JsonValueKind.Object || map.EnumerateObject().Any(entry => entry.Value.ValueKind != JsonValueKind.String))
                throw new InputException($"{index}: no 'weight_map' from tensor names to shard names; this is not an index of safetensors shards.");
            if (!map.EnumerateObject().Any())
                throw new InputException($"{index}: its 'weight_map' is empty; expected a shard for every tensor.");
            var shards = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var entry in map.EnumerateObject())
                shards[entry.Name] = entry.Value.GetString()!;
            return shards;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            throw new InputException($"{index}: not strict JSON ({fault.Message.Split(". ")[0]}); copy or download it again.", fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{index}: cannot be read ({fault.Message}); check the path.", fault);
        }
    }
}
