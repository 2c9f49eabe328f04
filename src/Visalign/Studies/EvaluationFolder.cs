using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Visalign.Runs;
using Visalign.Torch.Processes;

namespace Visalign.Studies;

/// <summary>The evaluations in a run folder, a JSON file each: <c>base.json</c>, <c>000020.json</c>, <c>result.json</c>.</summary>
public static class EvaluationFolder
{
    /// <summary>Name of what the base did at its best guidance scale.</summary>
    public const string Base = "base";

    /// <summary>Name of what the result did at its best guidance scale.</summary>
    public const string Result = "result";

    /// <summary>How everything measured is written.</summary>
    internal static JsonSerializerOptions Format { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false) },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
        NewLine = "\n",
    };

    /// <summary>Name of an evaluation while training.</summary>
    public static string During(long iteration) => iteration.ToString("D6", CultureInfo.InvariantCulture);

    /// <summary>Name of how a guidance scale was chosen for what stands under a name.</summary>
    public static string GuidanceOf(string name) => name + "-guidance";

    /// <summary>All evaluations while training, by iteration.</summary>
    /// <exception cref="InputException">A file is damaged.</exception>
    public static IReadOnlyList<KeptEvaluation> Curve(string run) =>
        [.. Directory.EnumerateFiles(Path.Combine(run, "evaluations"), "*.json").Select(file => Path.GetFileNameWithoutExtension(file))
            .Where(name => name.All(char.IsAsciiDigit)).Order(StringComparer.Ordinal).Select(name => Find<KeptEvaluation>(run, name)!).OrderBy(kept => kept.Iteration)];

    /// <summary>What is kept under a name, or null.</summary>
    /// <typeparam name="T"><see cref="KeptEvaluation"/> or <see cref="GuidanceChoice"/>.</typeparam>
    /// <exception cref="InputException">The file is damaged.</exception>
    public static T? Find<T>(string run, string name) where T : class
    {
        string path = Path.Combine(run, "evaluations", name + ".json");
        if (!File.Exists(path)) return null;
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllText(path), Format) ?? throw new JsonException("the text is null");
        }
        catch (JsonException fault)
        {
            throw new InputException($"{path}: not an evaluation ({fault.Message.Split(". ")[0].TrimEnd('.')}); delete it, and 'visalign resume {run}' measures again.", fault);
        }
    }

    /// <summary>What is kept under a name.</summary>
    /// <exception cref="InputException">Nothing is, or the file is damaged.</exception>
    public static T Get<T>(string run, string name) where T : class =>
        Find<T>(run, name) ?? throw new InputException($"{run}: this run has no evaluations/{name}.json; 'visalign resume {run}' measures what is missing.");

    /// <summary>What process 0 finds under a name, on every process; null where nothing is there or it does not fit.</summary>
    /// <inheritdoc cref="Find"/>
    internal static T? FindForAll<T>(ProcessGroup processes, string run, string name, Func<T, bool> fits) where T : class
    {
        T? Fitting() => Find<T>(run, name) is { } kept && fits(kept) ? kept : null;
        return processes.Count == 1 ? Fitting() : JsonSerializer.Deserialize<T?>(processes.FromFirst(() => JsonSerializer.SerializeToUtf8Bytes(Fitting(), Format)), Format);
    }

    /// <summary>Keeps something under a name.</summary>
    /// <exception cref="InputException">The disk refuses.</exception>
    internal static void Save<T>(RunFolder folder, string name, T content) where T : class =>
        folder.SaveEvaluation(name + ".json", (byte[])[.. JsonSerializer.SerializeToUtf8Bytes(content, Format), (byte)'\n']);
}
