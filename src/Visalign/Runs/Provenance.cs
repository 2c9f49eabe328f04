using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Visalign.Runs;

/// <summary>What a run was made with: written once into its folder, compared when it is resumed.</summary>
public sealed record Provenance
{
    /// <summary>The tensor engine, such as <c>libtorch 1.13.1</c>.</summary>
    public required string Engine { get; init; }

    /// <summary>The BLAS and the kernels it chose, such as <c>OpenBLAS 0.3.21 SkylakeX</c>.</summary>
    public required string BlasCore { get; init; }

    /// <summary>Threads the engine computes with.</summary>
    public required int Threads { get; init; }

    /// <summary>The processor's own name.</summary>
    public required string Processor { get; init; }

    /// <summary>Operating system and version.</summary>
    public required string OperatingSystem { get; init; }

    /// <summary>The .NET runtime.</summary>
    public required string Runtime { get; init; }

    /// <summary>Version of this program, with the commit where the build knew it.</summary>
    public required string Program { get; init; }

    /// <summary>SHA-256 of the base model, 64 hexadecimal digits.</summary>
    public required string BaseHash { get; init; }

    /// <summary>SHA-256 of prompts, pairs and trained judges, one after another; null where the run makes its own.</summary>
    public required string? DataHash { get; init; }

    /// <summary>The run's seed.</summary>
    public required long Seed { get; init; }

    /// <summary>The resolved recipe that the run was begun with, as text; null of runs by programs that did not keep it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Recipe { get; init; }

    /// <summary>The provenance of a run that starts on this machine now.</summary>
    /// <param name="engine">See <see cref="Engine"/>.</param>
    /// <param name="blasCore">See <see cref="BlasCore"/>.</param>
    /// <param name="baseHash">From <see cref="ContentHash.Of"/>.</param>
    /// <param name="dataHash">From <see cref="ContentHash.Of"/>, or null where the run makes its own data.</param>
    public static Provenance Here(string engine, string blasCore, int threads, string baseHash, string? dataHash, long seed) => new()
    {
        Engine = engine,
        BlasCore = blasCore,
        Threads = threads,
        Processor = ProcessorName(),
        OperatingSystem = RuntimeInformation.OSDescription,
        Runtime = RuntimeInformation.FrameworkDescription,
        Program = ThisProgram,
        BaseHash = baseHash,
        DataHash = dataHash,
        Seed = seed,
    };

    /// <summary>See <see cref="Program"/>.</summary>
    internal static string ThisProgram => typeof(Provenance).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>Says what would keep a run from going on bit for bit: another engine, BLAS core, thread count, base or data.</summary>
    /// <remarks>Processor, system, runtime and program are recorded for people; they do not change bits by themselves.</remarks>
    /// <param name="recorded">What the run was made with; this is what it would go on with.</param>
    /// <returns>A sentence for each difference, none where the run goes on exactly.</returns>
    public IReadOnlyList<string> DifferencesFrom(Provenance recorded) =>
        [.. Against(recorded).Select(fact => $"The {fact.What} was {fact.Other} when the run was made and is {fact.Own} here.")];

    /// <summary>Says what keeps two processes of one run from computing the same.</summary>
    /// <param name="first">What process 0 runs on.</param>
    /// <returns>A clause for each difference.</returns>
    internal IReadOnlyList<string> DifferencesFromFirst(Provenance first)
    {
        var facts = Against(first).ToList();
        if (Program != first.Program) facts.Add(("program", first.Program, Program));
        return [.. facts.Select(fact => $"its {fact.What} is {fact.Own} and that of process 0 {fact.Other}")];
    }

    private IEnumerable<(string What, string Other, string Own)> Against(Provenance other) =>
        new (string What, string Other, string Own)[]
        {
            ("engine", other.Engine, Engine),
            ("BLAS core", other.BlasCore, BlasCore),
            ("number of threads", $"{other.Threads}", $"{Threads}"),
            ("base model's SHA-256", other.BaseHash, BaseHash),
            ("data's SHA-256", other.DataHash ?? "none", DataHash ?? "none"),
        }.Where(fact => fact.Other != fact.Own);

    /// <summary>The record as indented JSON with snake_case names.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ProvenanceJson.Default.Provenance) + "\n";

    /// <summary>Reads <see cref="ToJson"/> back.</summary>
    /// <param name="path">Where the text is from, for the message.</param>
    /// <exception cref="InputException">Not such a record.</exception>
    public static Provenance FromJson(string path, string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ProvenanceJson.Default.Provenance) ?? throw new JsonException("the text is null");
        }
        catch (JsonException fault)
        {
            throw new InputException($"{path}: not a provenance record ({fault.Message.Split(". ")[0].TrimEnd('.')}); restore it from a copy.", fault);
        }
    }

    private static string ProcessorName()
    {
        const string List = "/proc/cpuinfo";
        string? line = File.Exists(List) ? File.ReadLines(List).FirstOrDefault(text => text.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?.Split(':', 2)[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Provenance))]
internal sealed partial class ProvenanceJson : JsonSerializerContext;
