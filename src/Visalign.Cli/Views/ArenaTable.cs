using Spectre.Console;
using Spectre.Console.Rendering;
using Visalign.Benchmarks;
using Visalign.Reports;
using Visalign.Studies;

namespace Visalign.Cli.Views;

/// <summary>What an arena compared, a row for each system.</summary>
internal static class ArenaTable
{
    internal static IRenderable Of(ArenaSummary summary, string folder)
    {
        var lines = summary.Failures.Select(failure => new Text(failure.Sentence)).ToList();
        if (summary.Systems.Count == 0)
        {
            return new Rows([new Text("No run has ended."), .. lines, new Text($"Folder: {folder}")]);
        }

        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn("system");
        foreach (string heading in (string[])["score", "gain over the base", "diversity", "reward calls", "network evaluations", "seconds"])
        {
            table.AddColumn(new TableColumn(heading).RightAligned());
        }

        foreach (var system in summary.Systems)
        {
            table.AddRow(new Text(system.Name), Cell(Written(system.Score)), Cell(system.Role == SystemRole.Base ? "" : Written(system.Gain)), Cell(FormattableString.Invariant($"{system.Diversity:F1}")),
                Cell(FormattableString.Invariant($"{system.RewardCalls:N0}")), Cell(FormattableString.Invariant($"{system.NetworkEvaluations:N0}")), Cell(FormattableString.Invariant($"{system.Seconds:N0}")));
        }

        var evaluation = summary.Systems[0].Evaluations[0];

        return new Rows(
        [
            table,
            new Text(FormattableString.Invariant($"{summary.Seeds.Count} {(summary.Seeds.Count == 1 ? "seed" : "seeds")}, {evaluation.Metric} on {evaluation.Prompts} {evaluation.Asked}; intervals of 95 % over both.")),
            .. lines,
            new Text($"Folder: {folder}"),
        ]);
    }

    private static Text Cell(string text) => new(text);

    private static string Written(Estimate estimate) =>
        FormattableString.Invariant($"{estimate.Value:F3} [{estimate.Interval?.Low:F3}, {estimate.Interval?.High:F3}]");
}
