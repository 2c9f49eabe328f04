using Visalign.Records;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json;
using Visalign.Generators;
using Visalign.Pictures;

namespace Visalign.Rewards;

/// <summary>Options of <see cref="CommandReward"/>.</summary>
public sealed record CommandRewardOptions : IRewardOptions
{
    /// <inheritdoc/>
    public double Weight { get; init; } = 1;

    /// <summary>
    /// The program and its arguments; the picture folder is added as the last argument. A single entry is a whole
    /// command line and is split by <see cref="CommandLine.Split"/>.
    /// </summary>
    public required ValueList<string> Command { get; init; }

    /// <summary>The name in metrics; needed when a recipe has two commands.</summary>
    public string Label { get; init; } = "command";

    /// <summary>Time for one batch, in seconds.</summary>
    [Range(0.1, 86_400.0)]
    public double TimeoutSeconds { get; init; } = 300;
}

/// <summary>A judge in any language: a program that reads pictures and prints numbers.</summary>
/// <remarks>
/// It runs once per batch, without a shell, in the current folder, and is given a temporary folder as its last argument:
/// <code>
/// 00000.png, 00001.png, …    8-bit RGB
/// prompts.jsonl              a line per picture: {"file": "00000.png", "prompt": "a red circle"}
/// </code>
/// It prints one line per picture, in their order: a number, <c>{"score": 0.5}</c>, or <c>{"error": "why"}</c> for a picture
/// that it cannot judge. What it prints to standard error is for people. Running out of time, an exit code that is not
/// 0 and a wrong number of lines fail the whole batch.
/// </remarks>
public sealed class CommandReward : IReward
{
    private readonly CommandRewardOptions _options;
    private readonly IReadOnlyList<string> _words;
    private readonly TimeProvider _clock;

    /// <summary>A reward that runs the command of <paramref name="options"/>.</summary>
    /// <exception cref="InputException">The command is empty or has an open quote.</exception>
    public CommandReward(CommandRewardOptions options, TimeProvider clock)
    {
        _options = options;
        _words = options.Command is [var line] ? CommandLine.Split(line) : options.Command;
        _clock = clock;
        if (_words.Count == 0 || _words[0].Length == 0)
        {
            throw new InputException("command: found no program, expected one and its arguments, as in [python3, judge.py].");
        }
    }

    /// <inheritdoc/>
    public string Name => _options.Label;

    /// <inheritdoc/>
    /// <exception cref="InputException">There is no such program, or the temporary folder cannot be written.</exception>
    public RewardScores Score(PictureBatch pictures, IReadOnlyList<Condition> conditions)
    {
        var folder = Directory.CreateTempSubdirectory("visalign-");
        try
        {
            Write(folder.FullName, pictures, conditions);
            var result = ChildProcess.Run([.. _words, folder.FullName], TimeSpan.FromSeconds(_options.TimeoutSeconds), _clock);
            return Read(result, pictures.Count);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string FileName(int index) => index.ToString("D5", CultureInfo.InvariantCulture) + ".png";

    private static void Write(string folder, PictureBatch pictures, IReadOnlyList<Condition> conditions)
    {
        using var prompts = File.Create(Path.Combine(folder, "prompts.jsonl"));
        for (int index = 0; index < pictures.Count; index++)
        {
            File.WriteAllBytes(Path.Combine(folder, FileName(index)), Png.Encode(RgbPicture.Of(pictures, index)));
            using (var json = new Utf8JsonWriter(prompts))
            {
                json.WriteStartObject();
                json.WriteString("file", FileName(index));
                json.WriteString("prompt", conditions[index].Prompt);
                json.WriteEndObject();
            }
            prompts.WriteByte((byte)'\n');
        }
    }

    private RewardScores Read(ChildResult result, int count)
    {
        string said = result.LastErrorLine.Length == 0 ? "" : $": {result.LastErrorLine}";
        if (result.ExitCode is null)
        {
            return Failed($"ran longer than {_options.TimeoutSeconds.ToString(CultureInfo.InvariantCulture)} s and was stopped");
        }
        if (result.ExitCode != 0)
        {
            return Failed($"ended with exit code {result.ExitCode}{said}");
        }

        var lines = result.Output.TrimEnd().Split('\n', StringSplitOptions.TrimEntries);
        if (lines.Length != count || lines is [""])
        {
            int found = lines is [""] ? 0 : lines.Length;
            return Failed($"printed {found} lines for {count} pictures, expected one for each{said}");
        }

        var values = new double[count];                                  // [B]
        string? firstFailure = null;
        for (int index = 0; index < count; index++)
        {
            var (score, problem) = ScoreLine.Parse(lines[index]);
            values[index] = score;
            firstFailure ??= problem is null ? null : $"{Name}: {FileName(index)}: {problem}{said}";
        }
        return new RewardScores(values, firstFailure);

        RewardScores Failed(string what) => RewardScores.AllFailed(count, $"{Name}: the command {what}");
    }
}
