using System.Globalization;
using Visalign.Runs;
using Visalign.Torch.Engines;
using Visalign.Torch.Safetensors;

namespace Visalign.Pretraining;

/// <summary>A network as the card tells of it.</summary>
/// <param name="Name">"autoencoder".</param>
/// <param name="File">Its file.</param>
/// <param name="Parameters">How many numbers it has.</param>
/// <param name="Hash">SHA-256 of the file.</param>
/// <param name="Training">Steps, seconds, last loss; or where it was taken from.</param>
public sealed record CardNetwork(string Name, string File, long Parameters, string Hash, string Training)
{
    /// <summary>A network in its file.</summary>
    /// <param name="folder">The model folder.</param>
    /// <param name="file">Within it.</param>
    internal static CardNetwork Of(string name, string folder, string file, string training)
    {
        string path = Path.Combine(folder, file);
        using var stored = SafetensorsFile.Open(path);
        return new(name, file, stored.Entries.Values.Sum(entry => entry.Shape.Aggregate(1L, (product, size) => product * size)), ContentHash.Of(path), training);
    }
}

/// <summary>Scores at one guidance scale.</summary>
/// <param name="Score">Share of pictures the exact checker accepts.</param>
/// <param name="SoftScore">Mean graded score.</param>
/// <param name="Tasks">The share by task.</param>
public sealed record CardScore(double GuidanceScale, double Score, double SoftScore, IReadOnlyDictionary<string, double> Tasks);

/// <summary>What a pretraining made, and how: the README of a model folder.</summary>
public sealed record ModelCard
{
    /// <summary>The model's name.</summary>
    public required string Name { get; init; }

    /// <summary>What it is, in a sentence of a line or two.</summary>
    public required string Introduction { get; init; }

    /// <summary>The command that made it.</summary>
    public required string Command { get; init; }

    /// <summary>Program, engine, BLAS, threads, processor: name and value.</summary>
    public required IReadOnlyList<(string Name, string Value)> Machine { get; init; }

    /// <summary>Its networks.</summary>
    public required IReadOnlyList<CardNetwork> Networks { get; init; }

    /// <summary>How scenes survive the autoencoder.</summary>
    public required RoundTrip RoundTrip { get; init; }

    /// <summary>Tuning prompts of the scores.</summary>
    public required int Prompts { get; init; }

    /// <summary>How their pictures were sampled.</summary>
    public required string SampledBy { get; init; }

    /// <summary>By guidance scale.</summary>
    public required IReadOnlyList<CardScore> Scores { get; init; }

    /// <summary>The recipe with every default resolved.</summary>
    public required string Recipe { get; init; }

    /// <summary>The scale with the highest score; the smaller one on a tie.</summary>
    public CardScore Best => Scores.MaxBy(score => score.Score)!;

    /// <summary>What came of it, in a sentence.</summary>
    internal string InWords => Write(
        $"{RoundTrip.Share:P1} of scenes survive the autoencoder; score {Best.Score:F3} at guidance {Best.GuidanceScale}, its best, on {Prompts} tuning prompts.");

    /// <summary>The card as Markdown.</summary>
    public string ToMarkdown()
    {
        var text = new CardText(Name, Command, Machine, $"{Introduction} The run that made the model measured and wrote all of this.");
        text.Networks(Networks);
        text.Section("Round trip");
        text.Line(Write($"{RoundTrip.Correct} of {RoundTrip.Scenes} correct scenes stay correct through the autoencoder ({RoundTrip.Share:P1})."));
        text.Line("");
        text.Section("Scores");
        text.Line(Write($"Exact score on {Prompts} tuning prompts, one picture each, {SampledBy}; best at guidance {Best.GuidanceScale}."));
        text.Line("");
        text.Table(["guidance", "score", "soft", .. Best.Tasks.Keys], Scores.Select(score =>
            (string[])[Write($"{score.GuidanceScale}"), Write($"{score.Score:F3}"), Write($"{score.SoftScore:F3}"), .. score.Tasks.Values.Select(task => Write($"{task:F3}"))]));
        return text.End(Recipe);
    }

    /// <summary>Program, engine, BLAS, threads and processor of this process.</summary>
    internal static (string Name, string Value)[] ThisMachine()
    {
        var engine = Engine.Current;
        return
        [
            ("program", $"visalign {Provenance.ThisProgram}"),
            ("engine", $"libtorch {engine.Libtorch.Version}"),
            ("BLAS", $"{Path.GetFileName(engine.Blas.Library)}{(engine.Blas.Core.Length > 0 ? $", {engine.Blas.Core} kernels" : "")}"),
            ("threads", FormattableString.Invariant($"{engine.Threads}")),
            ("processor", Processor.Model),
        ];
    }

    private static string Write(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
