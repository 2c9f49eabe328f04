using Spectre.Console;
using Spectre.Console.Rendering;
using Visalign.Benchmarks;
using Visalign.Studies;

namespace Visalign.Cli.Views;

/// <summary>What a reproduction compared, a row for each system.</summary>
internal static class ReproductionTable
{
    internal static IRenderable Of(ReproductionSummary summary, string folder)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn("system");
        foreach (string heading in (string[])["score", "gain over the base", "reward calls", "network evaluations"])
        {
            table.AddColumn(new TableColumn(heading).RightAligned());
        }

        foreach (var system in summary.Systems)
        {
            table.AddRow(new Text(system.Name), Cell(Written(system.Score)), Cell(system.Role == SystemRole.Base ? "" : Written(system.Gain)),
                Cell(FormattableString.Invariant($"{system.RewardCalls:N0}")), Cell(FormattableString.Invariant($"{system.NetworkEvaluations:N0}")));
        }

        return new Rows(
            table,
            new Text(FormattableString.Invariant($"{summary.Seeds.Count} seeds, {summary.Systems[0].Evaluations[0].Prompts} held-out prompts; intervals of 95 % over both.")),
            new Text($"Folder: {folder}"));
    }

    private static Text Cell(string text) => new(text);

    private static string Written(Estimate estimate) =>
        FormattableString.Invariant($"{estimate.Value:F3} [{estimate.Interval?.Low:F3}, {estimate.Interval?.High:F3}]");
}
