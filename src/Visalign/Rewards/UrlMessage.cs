using System.Text.Json;
using Visalign.Generators;
using Visalign.Pictures;

namespace Visalign.Rewards;

/// <summary>The JSON that <see cref="UrlReward"/> sends and reads.</summary>
internal static class UrlMessage
{
    /// <summary><c>{"pictures": [base64 of PNG], "prompts": [text]}</c> in UTF-8.</summary>
    public static byte[] Request(PictureBatch pictures, IReadOnlyList<Condition> conditions)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteStartArray("pictures");
            for (int index = 0; index < pictures.Count; index++)
            {
                json.WriteBase64StringValue(Png.Encode(RgbPicture.Of(pictures, index)));
            }
            json.WriteEndArray();
            json.WriteStartArray("prompts");
            foreach (var condition in conditions)
            {
                json.WriteStringValue(condition.Prompt);
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return stream.ToArray();
    }

    /// <summary>Reads <c>{"scores": [number or null]}</c>.</summary>
    /// <param name="place">Who answered, to begin the reason of a failure with.</param>
    public static RewardScores Scores(byte[] answer, int count, string place)
    {
        try
        {
            using var document = JsonDocument.Parse(answer);
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("scores", out var scores)
                || scores.ValueKind != JsonValueKind.Array)
            {
                return RewardScores.AllFailed(count, $"{place} answered without a list of \"scores\"");
            }
            if (scores.GetArrayLength() != count)
            {
                return RewardScores.AllFailed(
                    count, $"{place} answered {scores.GetArrayLength()} scores for {count} pictures, expected one for each");
            }
            return Read(scores, place);
        }
        catch (JsonException cause)
        {
            return RewardScores.AllFailed(count, $"{place} answered something that is not JSON ({cause.Message})");
        }
    }

    private static RewardScores Read(JsonElement scores, string place)
    {
        var values = new double[scores.GetArrayLength()];                // [B]
        string? firstFailure = null;
        for (int index = 0; index < values.Length; index++)
        {
            var element = scores[index];
            if (element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out double value) && double.IsFinite(value))
            {
                values[index] = value;
            }
            else
            {
                values[index] = double.NaN;
                firstFailure ??= $"{place} answered {element.GetRawText()} for picture {index}, expected a finite number";
            }
        }
        return new RewardScores(values, firstFailure);
    }
}
