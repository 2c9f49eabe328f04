using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Visalign.Studies;

/// <summary>How an alignment ended.</summary>
/// <param name="Base">The base on held-out prompts, at its best guidance scale.</param>
/// <param name="Aligned">The result on the same prompts, at its own.</param>
/// <param name="Time">From the started engine to the finished report; of a run that was interrupted, all its parts together.</param>
/// <param name="Run">Full path of the run folder.</param>
/// <param name="Report">Full path of the report.</param>
public sealed record AlignmentResult(KeptEvaluation Base, KeptEvaluation Aligned, TimeSpan Time, string Run, string Report)
{
    /// <summary>The result for other programs, in one line; its keys are stable.</summary>
    /// <remarks><c>{"base":0.52,"aligned":0.61,"seconds":98.3,"run":"/…","report":"/…/report.html"}</c></remarks>
    public string ToJson()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteNumber("base", Base.Score);
            json.WriteNumber("aligned", Aligned.Score);
            json.WriteNumber("seconds", Math.Round(Time.TotalSeconds, 3));
            json.WriteString("run", Run);
            json.WriteString("report", Report);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
