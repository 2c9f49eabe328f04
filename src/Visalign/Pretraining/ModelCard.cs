namespace Visalign.Pretraining;

/// <summary>Scores at one guidance scale.</summary>
/// <param name="Score">Share of pictures the exact checker accepts.</param>
/// <param name="SoftScore">Mean graded score.</param>
/// <param name="Tasks">The share by task.</param>
public sealed record CardScore(double GuidanceScale, double Score, double SoftScore, IReadOnlyDictionary<string, double> Tasks);

/// <summary>What a pretraining made, and how: the README of a model folder.</summary>
public sealed record ModelCard : Card
{
    /// <summary>What it is, in a sentence of a line or two.</summary>
    public required string Introduction { get; init; }

    /// <summary>How scenes survive the autoencoder.</summary>
    public required RoundTrip RoundTrip { get; init; }

    /// <summary>Tuning prompts of the scores.</summary>
    public required int Prompts { get; init; }

    /// <summary>How their pictures were sampled.</summary>
    public required string SampledBy { get; init; }

    /// <summary>By guidance scale.</summary>
    public required IReadOnlyList<CardScore> Scores { get; init; }

    /// <summary>The scale with the highest score; the smaller one on a tie.</summary>
    public CardScore Best => Scores.MaxBy(score => score.Score)!;

    /// <summary>What came of it, in a sentence.</summary>
    public override string InWords => Write(
        $"{RoundTrip.Share:P1} of scenes survive the autoencoder; score {Best.Score:F3} at guidance {Best.GuidanceScale}, its best, on {Prompts} tuning prompts.");

    private protected override string Summary => Introduction;

    private protected override void Tell(CardText text)
    {
        text.Section("Round trip");
        text.Line(Write($"{RoundTrip.Correct} of {RoundTrip.Scenes} correct scenes stay correct through the autoencoder ({RoundTrip.Share:P1})."));
        text.Line("");
        text.Section("Scores");
        text.Line(Write($"Exact score on {Prompts} tuning prompts, one picture each, {SampledBy}; best at guidance {Best.GuidanceScale}."));
        text.Line("");
        text.Table(["guidance", "score", "soft", .. Best.Tasks.Keys], Scores.Select(score =>
            (string[])[Write($"{score.GuidanceScale}"), Write($"{score.Score:F3}"), Write($"{score.SoftScore:F3}"), .. score.Tasks.Values.Select(task => Write($"{task:F3}"))]));
    }
}
