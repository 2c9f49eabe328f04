using System.Globalization;
using System.Text.Json;
using Visalign.Torch.Safetensors;

namespace Visalign.Tests.Oracles;

/// <summary>One case: inputs and expected outputs that a reference implementation computed.</summary>
/// <remarks>
/// A <c>.safetensors</c> case has tensors named <c>in.*</c>, <c>weight.*</c>, <c>out.*</c>, <c>grad.*</c>,
/// <c>state.*</c> and its texts in the file's metadata. A <c>.json</c> case is one object whose members
/// <see cref="Root"/> hands out.
/// </remarks>
public sealed class OracleCase
{
    private OracleCase(string path, JsonElement root, JsonElement config, Func<string, string> text, IReadOnlyDictionary<string, OracleTensor> tensors)
    {
        Path = path;
        Root = root;
        Config = config;
        What = text("what");
        Reference = text("reference");
        Notes = text("notes");
        Rtol = double.Parse(text("rtol"), CultureInfo.InvariantCulture);
        Atol = double.Parse(text("atol"), CultureInfo.InvariantCulture);
        Tensors = tensors;
    }

    /// <summary>The case file; data that the config names lies relative to its folder.</summary>
    public string Path { get; }

    /// <summary>The folder of the case file.</summary>
    public string Folder => System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!;

    /// <summary>What the case belongs to: the name of its folder.</summary>
    public string Slug => System.IO.Path.GetFileName(Folder);

    /// <summary>The whole object of a JSON case; undefined for a tensor case.</summary>
    public JsonElement Root { get; }

    /// <summary>Every hyper-parameter and convention.</summary>
    public JsonElement Config { get; }

    /// <summary>One sentence on what is computed.</summary>
    public string What { get; }

    /// <summary>Who computed it.</summary>
    public string Reference { get; }

    /// <summary>Traps.</summary>
    public string Notes { get; }

    /// <summary>Numbers agree when |got - want| is at most <see cref="Atol"/> + <see cref="Rtol"/>·|want|.</summary>
    public double Rtol { get; }

    /// <inheritdoc cref="Rtol"/>
    public double Atol { get; }

    /// <summary>All tensors by full name; empty for a JSON case.</summary>
    public IReadOnlyDictionary<string, OracleTensor> Tensors { get; }

    /// <summary>The tensor of that full name, such as <c>in.latents</c>.</summary>
    public OracleTensor this[string name] =>
        Tensors.TryGetValue(name, out var tensor) ? tensor : throw new KeyNotFoundException($"{Path} has no tensor '{name}'.");

    /// <summary>Whether the case stores a tensor of that full name.</summary>
    public bool Has(string name) => Tensors.ContainsKey(name);

    /// <summary>A float32 tensor of that full name's numbers.</summary>
    public Tensor Tensor(string name) => Visalign.Torch.Tensor.From(this[name].Singles, this[name].Shape);

    /// <summary>The tensors whose names begin with <paramref name="prefix"/>, by the rest of their names.</summary>
    public IReadOnlyDictionary<string, OracleTensor> Under(string prefix) =>
        Tensors.Where(tensor => tensor.Key.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(tensor => tensor.Key[prefix.Length..], tensor => tensor.Value, StringComparer.Ordinal);

    /// <summary>Loads a case of either kind.</summary>
    public static OracleCase Load(string path)
    {
        if (path.EndsWith(".json", StringComparison.Ordinal))
        {
            var root = Parse(File.ReadAllText(path));
            return new(path, root, root.GetProperty("config"), key => root.GetProperty(key).ToString(), new Dictionary<string, OracleTensor>());
        }
        using var file = SafetensorsFile.Open(path);
        var metadata = file.Metadata ?? throw new InvalidDataException($"{path} has no metadata; it is data of a case, not a case.");
        var tensors = file.Entries.Values.ToDictionary(
            entry => entry.Name, entry => new OracleTensor(entry.Type, [.. entry.Shape], file.Bytes(entry.Name).ToArray()), StringComparer.Ordinal);
        return new(path, default, Parse(metadata["config"]), key => metadata[key], tensors);
    }

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}

/// <summary>A tensor of a case.</summary>
/// <param name="Type">How it is stored; mostly F32, tokens and indexes I64.</param>
/// <param name="Shape">Dimensions, outermost first.</param>
/// <param name="Bytes">Row-major, little-endian.</param>
public sealed record OracleTensor(StoredType Type, long[] Shape, byte[] Bytes)
{
    /// <summary>The numbers in single precision.</summary>
    public float[] Singles => StoredNumbers.ToSingles(Type, Bytes);

    /// <summary>The numbers in double precision.</summary>
    public double[] Doubles => StoredNumbers.ToDoubles(Type, Bytes);

    /// <summary>The numbers of an integer or truth-value tensor.</summary>
    public long[] Integers => StoredNumbers.ToIntegers(Type, Bytes);

    /// <summary>The only number of a tensor that has one.</summary>
    public double Scalar => Doubles.Single();
}
