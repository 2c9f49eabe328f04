using System.Text.Json;
using Spectre.Console;
using Spectre.Console.Rendering;
using Visalign.Methods;

namespace Visalign.Cli.Views;

/// <summary>The list of papers, a table for each section.</summary>
internal static class PaperTable
{
    internal static IRenderable Of(IReadOnlyList<Paper> papers)
    {
        int slugWidth = papers.Max(paper => paper.Slug.Length);
        var parts = papers.GroupBy(paper => paper.Section).Select(section => Section(section.Key, [.. section], slugWidth));
        string counts = $"{papers.Count} papers: {papers.Count(paper => paper.Runs)} run here, {papers.Count(paper => paper.Oracle)} reproduce reference numbers, "
            + $"{papers.Count(paper => paper.Shown)} are compared over several seeds.";

        return new Rows([.. parts, new Text(counts), new Text("'visalign papers SLUG' tells more of one.")]);
    }

    private static Rows Section(PaperSection section, IReadOnlyList<Paper> papers, int slugWidth)
    {
        var table = new Table().NoBorder().HideHeaders();
        table.AddColumn(new TableColumn("slug").Width(slugWidth).NoWrap());
        table.AddColumn(new TableColumn("date").Width("2025.05".Length).NoWrap());
        table.AddColumn(new TableColumn("state").Width("claim: unclear".Length).NoWrap());
        table.AddColumn(new TableColumn("title"));
        foreach (var paper in papers)
        {
            table.AddRow(new Text(paper.Slug, new Style(Palette.Score)), new Text(paper.Date), new Text(State(paper)), new Text(paper.Title));
        }

        return new Rows(new Text(Words(section), new Style(decoration: Decoration.Bold)), table, Text.Empty);
    }

    private static string State(Paper paper) => paper switch
    {
        { ClaimHeld: { } held } => $"claim: {held.ToString().ToLowerInvariant()}",
        { Shown: true } => "shown",
        { Oracle: true, Runs: true } => "runs, oracle",
        { Runs: true } => "runs",
        { Oracle: true } => "oracle",
        _ => "",
    };

    private static string Words(PaperSection section) => JsonNamingPolicy.KebabCaseLower.ConvertName(section.ToString());
}
