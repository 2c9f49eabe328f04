using System.Text.Json;
using Visalign.Torch.Safetensors;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>Handles the cases of <c>io-safetensors</c>: single files with their verdicts and values, and sharded folders.</summary>
public static class SafetensorsOracle
{
    /// <summary>Runs one case, whatever its kind.</summary>
    public static void Run(OracleCase oracle, OracleComparison comparison)
    {
        if (oracle.Root.ValueKind == JsonValueKind.Undefined)
            CompareShards(oracle, comparison);
        else
            CompareVerdicts(oracle, comparison);
    }

    private static void CompareShards(OracleCase oracle, OracleComparison comparison)
    {
        string index = Path.Combine(oracle.Folder, oracle.Config.GetProperty("folder").GetString()!, oracle.Config.GetProperty("index").GetString()!);
        using var folder = SafetensorsFolder.Open(index);
        comparison.ExpectEqual("number of tensors", folder.Names.Count, oracle.Tensors.Count);
        foreach (string name in folder.Names)
        {
            var file = folder.FileOf(name);
            var entry = file.Entry(name);
            comparison.Expect("out." + name, StoredNumbers.ToDoubles(entry.Type, file.Bytes(name)), [.. entry.Shape]);
        }
    }

    private static void CompareVerdicts(OracleCase oracle, OracleComparison comparison)
    {
        foreach (var expected in oracle.Root.GetProperty("cases").EnumerateArray())
        {
            if (expected.TryGetProperty("file", out var file))
                CompareFile(Path.Combine(oracle.Folder, file.GetString()!), expected, comparison);
            else
                CompareFolder(oracle.Folder, expected, comparison);
        }
    }

    private static void CompareFile(string path, JsonElement expected, OracleComparison comparison)
    {
        string name = Path.GetFileName(path);
        bool accepted = expected.GetProperty("accepted").GetBoolean();
        try
        {
            using var file = SafetensorsFile.Open(path);
            comparison.ExpectEqual(name + " accepted", true, accepted);
            if (accepted)
                CompareContent(name, file, expected, comparison);
        }
        catch (InputException refusal)
        {
            comparison.ExpectEqual($"{name} accepted ({refusal.Message})", false, accepted);
        }
    }

    private static void CompareContent(string name, SafetensorsFile file, JsonElement expected, OracleComparison comparison)
    {
        var metadata = expected.GetProperty("metadata");
        comparison.ExpectEqual(name + " has metadata", file.Metadata is not null, metadata.ValueKind == JsonValueKind.Object);
        if (file.Metadata is not null)
        {
            comparison.ExpectEqual(name + " metadata",
                string.Join('\n', file.Metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal)),
                string.Join('\n', metadata.EnumerateObject().Select(entry => KeyValuePair.Create(entry.Name, entry.Value.GetString())).OrderBy(entry => entry.Key, StringComparer.Ordinal)));
        }
        var tensors = expected.GetProperty("tensors");
        comparison.ExpectEqual(name + " tensors", file.Entries.Count, tensors.EnumerateObject().Count());
        foreach (var tensor in tensors.EnumerateObject())
        {
            var entry = file.Entry(tensor.Name);
            comparison.ExpectEqual($"{name} {tensor.Name} dtype", entry.Type.FormatName(), tensor.Value.GetProperty("dtype").GetString());
            comparison.ExpectEqual($"{name} {tensor.Name} shape",
                string.Join(", ", entry.Shape), string.Join(", ", tensor.Value.GetProperty("shape").EnumerateArray()));
            if (tensor.Value.TryGetProperty("values", out var values))
                CompareValues($"{name} {tensor.Name}", file, entry, values, comparison);
        }
    }

    private static void CompareValues(string name, SafetensorsFile file, SafetensorsEntry entry, JsonElement values, OracleComparison comparison)
    {
        // Doubles cannot hold every 64-bit integer, so those are compared as the digits they are written with.
        if (entry.Type is StoredType.Int64)
            comparison.ExpectEqual(name, string.Join(' ', StoredNumbers.ToIntegers(entry.Type, file.Bytes(entry.Name))), string.Join(' ', values.EnumerateArray()));
        else
            comparison.ExpectNumbers(name, StoredNumbers.ToDoubles(entry.Type, file.Bytes(entry.Name)), [.. values.EnumerateArray().SelectMany(Numbers)]);
    }

    private static IEnumerable<double> Numbers(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => [1],
        JsonValueKind.False => [0],
        JsonValueKind.Array => value.EnumerateArray().SelectMany(Numbers),
        JsonValueKind.String => [value.GetString() switch
        {
            "NaN" => double.NaN,
            "Infinity" => double.PositiveInfinity,
            "-Infinity" => double.NegativeInfinity,
            var other => throw new InvalidDataException($"'{other}' is no number."),
        }],
        _ => [value.GetDouble()],
    };

    /// <summary>Broken folders come as an index alone: the good folder's shards are put beside it first, in a copy.</summary>
    private static void CompareFolder(string root, JsonElement expected, OracleComparison comparison)
    {
        string name = expected.GetProperty("folder").GetString()!;
        using var copy = new TemporaryFolder();
        foreach (string source in Directory.EnumerateFiles(Path.Combine(root, "sharded")).Concat(Directory.EnumerateFiles(Path.Combine(root, name))))
        {
            string target = Path.Combine(copy.Path, Path.GetRelativePath(root, source));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(source, target, overwrite: true);
        }
        if (expected.TryGetProperty("shards_to_copy", out var shards))
        {
            foreach (var shard in shards.EnumerateArray())
                File.Copy(Path.Combine(root, "sharded", shard.GetString()!), Path.Combine(copy.Path, name, shard.GetString()!));
        }
        bool ok = expected.GetProperty("ok").GetBoolean();
        try
        {
            using var folder = SafetensorsFolder.Open(Path.Combine(copy.Path, name, expected.GetProperty("index").GetString()!));
            comparison.ExpectEqual(name + " accepted", true, ok);
        }
        catch (InputException refusal)
        {
            comparison.ExpectEqual($"{name} accepted ({refusal.Message})", false, ok);
        }
    }
}
