using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;
using Visalign.Studies;

namespace Visalign.Cli.Views;

/// <summary>What an alignment changed, task by task.</summary>
internal static class AlignmentTable
{
    internal static IRenderable Of(AlignmentResult result)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn("task");
        foreach (string heading in (string[])["base", "aligned", "change"])
        {
            table.AddColumn(new TableColumn(heading).RightAligned());
        }

        foreach (var (task, score) in result.Base.Tasks)
        {
            table.AddRow(Row(task.Replace('-', ' '), score, result.Aligned.Tasks[task], Style.Plain));
        }

        table.AddRow(Row("all", result.Base.Score, result.Aligned.Score, new Style(Palette.Score, decoration: Decoration.Bold)));

        return new Rows(
            table,
            Line($"The {result.Base.Metric}, {result.Base.Prompts} {result.Base.Asked}; guidance scale {result.Base.GuidanceScale} for the base, {result.Aligned.GuidanceScale} for the result, the best for each."),
            Line($"It took {Clock.Write(result.Time)}."),
            Line($"Run:    {result.Run}"),
            Line($"Report: {result.Report}"));
    }

    private static Text Line(FormattableString text) => new(FormattableString.Invariant(text)) { Overflow = Overflow.Fold };

    private static Text[] Row(string name, double before, double after, Style style) =>
        [new(name, style), Number($"{before:F3}", style), Number($"{after:F3}", style), Number($"{after - before:+0.000;-0.000;0.000}", style)];

    private static Text Number(FormattableString number, Style style) => new(FormattableString.Invariant(number), style);
}
