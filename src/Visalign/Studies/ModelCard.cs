using System.Globalization;
using System.Text;

namespace Visalign.Studies;

/// <summary>A network as the card tells of it.</summary>
/// <param name="Name">"autoencoder".</param>
/// <param name="File">Its file.</param>
/// <param name="Parameters">How many numbers it has.</param>
/// <param name="Hash">SHA-256 of the file.</param>
/// <param name="Training">Steps, seconds, last loss; or where it was taken from.</param>
public sealed record CardNetwork(string Name, string File, long Parameters, string Hash, string Training);

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

    /// <summary>The card as Markdown.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder();
        Line($"# {Name}");
        Line("");
        Line($"{Introduction} The run that made the model measured and wrote all of this.");
        Line("");
        Line($"    {Command}");
        Line("");
        Table(["", ""], Machine.Select(fact => (string[])[fact.Name, fact.Value]));
        Line("## Networks");
        Line("");
        Table(["", "file", "parameters", "training", "SHA-256"], Networks.Select(network =>
            (string[])[network.Name, $"`{network.File}`", Write($"{network.Parameters:N0}"), network.Training, $"`{network.Hash}`"]));
        Line("## Round trip");
        Line("");
        Line(Write($"{RoundTrip.Correct} of {RoundTrip.Scenes} correct scenes stay correct through the autoencoder ({RoundTrip.Share:P1})."));
        Line("");
        Line("## Scores");
        Line("");
        Line(Write($"Exact score on {Prompts} tuning prompts, one picture each, {SampledBy}; best at guidance {Best.GuidanceScale}."));
        Line("");
        Table(["guidance", "score", "soft", .. Best.Tasks.Keys], Scores.Select(score =>
            (string[])[Write($"{score.GuidanceScale}"), Write($"{score.Score:F3}"), Write($"{score.SoftScore:F3}"), .. score.Tasks.Values.Select(task => Write($"{task:F3}"))]));
        Line("## Recipe");
        Line("");
        Line("```yaml");
        Line(Recipe.TrimEnd());
        Line("```");
        return text.ToString();

        void Line(string line) => text.Append(line).Append('\n');

        void Table(string[] heads, IEnumerable<string[]> rows)
        {
            Line($"| {string.Join(" | ", heads)} |");
            Line($"|{string.Concat(heads.Select(_ => "---|"))}");
            foreach (string[] row in rows) Line($"| {string.Join(" | ", row)} |");
            Line("");
        }
    }

    private static string Write(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
