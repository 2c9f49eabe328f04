namespace Visalign.Pretraining;

/// <summary>What the making of a step-aware preference model made, and how: the README of its folder.</summary>
internal sealed record StepPreferenceCard : Card
{
    /// <summary>What it was trained on.</summary>
    public required StepPreferenceTraining Training { get; init; }

    /// <summary>Pairs it was trained on.</summary>
    public required int PairCount { get; init; }

    /// <summary>Share of them that are ties.</summary>
    public required double Ties { get; init; }

    /// <summary>By noise level, how often it is right.</summary>
    public required IReadOnlyList<LevelAccuracy> Levels { get; init; }

    /// <summary>How thoroughly it was measured.</summary>
    public required StepMeasurementRecipe Measurement { get; init; }

    /// <summary>What came of it, in a sentence.</summary>
    public override string InWords => Write($"prefers what the exact checker will prefer in {string.Join(", ", Levels.Select(level => Write($"{level.StepAware:P0} of pairs at noise level {level.NoiseLevel}")))}.");

    private protected override string Summary =>
        "The step-aware preference model of SPO (arXiv 2406.04314) for Visalign's embedded world: a two-tower judge whose picture tower is told the\n" +
        "noise level, trained to foresee from a one-step prediction which of two pictures the exact checker will prefer.";

    private protected override void Tell(CardText text)
    {
        text.Section("Trained on");
        text.Line(Write($"{Training.Group} pictures of each of {Training.Prompts} training prompts by {Training.Model}, {Training.Steps} ODE steps at its best guidance: {PairCount} pairs, of which"));
        text.Line(Write($"{Ties:P1} are ties (graded scores at most {Training.Tie} apart)."));
        text.Line("");
        text.Section("Pairs of held-out prompts");
        text.Line(Write($"{Measurement.Group} pictures of each of {Measurement.Prompts} held-out prompts; the share of pairs, ties left out, in which the picture preferred from its one-step prediction is"));
        text.Line("the one whose finished picture the exact checker scores higher. Beside it the two-tower model that it was begun from, and the checker itself, on the same predictions.");
        text.Line("");
        text.Table(["noise level", "step-aware", "two-tower", "checker"], Levels.Select(level =>
            (string[])[Write($"{level.NoiseLevel}"), Write($"{level.StepAware:F3}"), Write($"{level.TwoTower:F3}"), Write($"{level.Checker:F3}")]));
    }
}
