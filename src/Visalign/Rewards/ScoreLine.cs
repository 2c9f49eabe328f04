using System.Globalization;
using System.Text.Json;

namespace Visalign.Rewards;

/// <summary>Reads what a command printed about one picture.</summary>
internal static class ScoreLine
{
    /// <summary>Characters of a faulty line that are quoted.</summary>
    private const int QuoteLimit = 120;

    /// <summary>Reads a number, <c>{"score": number}</c> or <c>{"error": "why"}</c>.</summary>
    /// <returns>A finite score without a problem, or NaN with one.</returns>
    public static (double Score, string? Problem) Parse(string line)
    {
        if (double.TryParse(line, NumberStyles.Float, CultureInfo.InvariantCulture, out double number))
        {
            return double.IsFinite(number) ? (number, null) : Problem($"'{line}' is not a finite number");
        }
        if (!line.StartsWith('{'))
        {
            return Problem($"{Quote(line)} is not a number");
        }

        try
        {
            using var document = JsonDocument.Parse(line);
            if (document.RootElement.TryGetProperty("error", out var error))
            {
                return Problem(error.ToString());
            }
            if (document.RootElement.TryGetProperty("score", out var score)
                && score.ValueKind == JsonValueKind.Number
                && score.TryGetDouble(out double value)
                && double.IsFinite(value))
            {
                return (value, null);
            }
            return Problem($"{Quote(line)} has neither a finite number under \"score\" nor an \"error\"");
        }
        catch (JsonException)
        {
            return Problem($"{Quote(line)} is neither a number nor a JSON object");
        }
    }

    private static (double Score, string? Problem) Problem(string problem) => (double.NaN, problem);

    private static string Quote(string line) => line.Length <= QuoteLimit ? $"'{line}'" : $"'{line[..QuoteLimit]}…'";
}
