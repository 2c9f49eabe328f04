using Spectre.Console;
using Spectre.Console.Rendering;
using Visalign.Methods;

namespace Visalign.Cli.Views;

/// <summary>One paper: what it does, how to run it, how it did here.</summary>
internal static class PaperCard
{
    internal static IRenderable Of(Paper paper)
    {
        var facts = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        Add(facts, "paper", $"{paper.Date}, {PaperCitation.Address(paper)}");
        Add(facts, "recipe", paper.Recipe.Length > 0 ? paper.Recipe : "none yet: it does not run here");
        Add(facts, "run it", paper.Recipe.Length > 0 ? $"visalign align {paper.Slug}" : "");
        Add(facts, "runs", paper.Runs ? "yes" : "no");
        Add(facts, "oracle", paper.Oracle ? "yes, its formulas reproduce the reference's numbers" : "no");
        Add(facts, "shown", paper.Shown ? "yes, compared with its baseline over several seeds" : "no");
        Add(facts, "claim held", paper.ClaimHeld is { } held ? held.ToString().ToLowerInvariant() : "not measured");
        if (paper.Study is { } study)
        {
            Add(facts, "hypothesis", study.Hypothesis);
            Add(facts, "baselines", study.Baselines);
            Add(facts, "budget", study.Budget);
            Add(facts, "repeat it", study.Command);
            Add(facts, "came out", study.Result);
        }

        return new Rows(
            new Text($"{paper.Name} ({paper.Slug})", new Style(Palette.Score, decoration: Decoration.Bold)),
            new Text(paper.Title),
            Text.Empty,
            new Text(paper.Summary),
            Text.Empty,
            facts);
    }

    private static void Add(Grid facts, string name, string value)
    {
        if (value.Length > 0)
        {
            facts.AddRow(new Text(name, new Style(Palette.Quiet)), new Text(value));
        }
    }
}
