using Visalign.Worlds;

namespace Visalign.Pretraining;

/// <summary>What the making of a two-tower judge made, and how: the README of its folder.</summary>
internal sealed record TwoTowerCard : Card
{
    /// <summary>By split, how it tells scenes from near misses.</summary>
    public required IReadOnlyList<(PromptSplit Split, PromptChoice Choice)> Choices { get; init; }

    /// <summary>How thoroughly it was measured.</summary>
    public required JudgeMeasurementRecipe Measurement { get; init; }

    /// <summary>How it goes with the exact checker.</summary>
    public required TruthAgreement Agreement { get; init; }

    /// <summary>What came of it, in a sentence.</summary>
    public override string InWords => Write(
        $"picks the right prompt for {Choices[^1].Choice.Best:P1} of held-out scenes; rank correlation {Agreement.Rank:F2} with the exact score on pictures of {Measurement.Model}.");

    private protected override string Summary =>
        "A CLIP-like judge of Visalign's embedded world, in transformers' layout of a `CLIPModel`: a picture tower for 32×32 pixels and a text\n" +
        "tower for the world's words, trained on scenes, near misses and spoiled copies. The reward `two-tower` is the cosine of its embeddings.";

    private protected override void Tell(CardText text)
    {
        text.Section("Right prompts among near misses");
        text.Line(Write($"{Measurement.Scenes} rendered scenes of each split. Right: the own prompt scores higher than every prompt that differs in one fact (a"));
        text.Line(Write($"color, a shape, a number, a place) and is not true of the scene, {Choices[^1].Choice.Candidates:F1} candidates on average for held-out scenes. Pairs: the share of such"));
        text.Line("prompts it beats. Clean: the scene scores higher clean than blurred, marked or full of noise.");
        text.Line("");
        text.Table(["split", "right", "pairs", "clean", .. Choices[0].Choice.Tasks.Keys], Choices.Select(entry =>
            (string[])[entry.Split == PromptSplit.HeldOut ? "held out" : "tuning", Write($"{entry.Choice.Best:F3}"), Write($"{entry.Choice.Pairs:F3}"), Write($"{entry.Choice.Clean:F3}"), .. entry.Choice.Tasks.Values.Select(share => Write($"{share:F3}"))]));
        text.Section("Agreement with the exact checker");
        text.Line(Write($"{Measurement.Group} pictures of each of {Measurement.Prompts} held-out prompts by {Measurement.Model}, {Measurement.Steps} ODE steps at its best guidance. Rank correlation"));
        text.Line(Write($"(Spearman) with the graded score over all pictures: {Agreement.Rank:F3}. Of {Agreement.PairCount} pairs of pictures of one prompt that the checker"));
        text.Line(Write($"scores more than {Measurement.Tie} apart, it prefers the same one in {Agreement.Pairs:P1}."));
        text.Line("");
    }
}
