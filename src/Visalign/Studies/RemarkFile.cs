using System.Text.Json;
using System.Text.Json.Serialization;

namespace Visalign.Studies;

/// <summary>The watchdog's remarks in a run folder: <c>{"iteration":40,"severity":"warning","text":"…"}</c>, a line each.</summary>
internal static class RemarkFile
{
    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false) },
    };

    /// <summary>All remarks in order; none where the watchdog had nothing to say.</summary>
    /// <exception cref="InputException">A line is damaged.</exception>
    internal static IReadOnlyList<WatchdogRemark> Read(string run)
    {
        string path = Path.Combine(run, "remarks.jsonl");

        return File.Exists(path) ? [.. File.ReadLines(path).Select((line, index) => Parse(path, index + 1, line))] : [];
    }

    private static WatchdogRemark Parse(string path, int number, string line)
    {
        try
        {
            return JsonSerializer.Deserialize<WatchdogRemark>(line, Format) ?? throw new JsonException("the line is null");
        }
        catch (JsonException fault)
        {
            throw new InputException($"{path}({number}): not a remark of the watchdog; the file was edited or damaged, so restore or delete it.", fault);
        }
    }
}
