using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;
using Visalign.Bench;

namespace Visalign.Cli.Views;

/// <summary>A benchmark for people: milliseconds of both sides.</summary>
internal static class BenchTable
{
    private const string None = "–";

    internal static IRenderable Of(Benchmark result)
    {
        var table = new Table().SimpleBorder().AddColumn("milliseconds");
        foreach (string head in (string[])["visalign", "best", "python", "best", "ratio", "repeats"])
        {
            table.AddColumn(new TableColumn(head).RightAligned());
        }

        foreach (var row in result.Workloads)
        {
            string[] cells =
            [
                row.Description, Write(row.Visalign.Median), Write(row.Visalign.Best), row.Python is null ? None : Write(row.Python.Median), row.Python is null ? None : Write(row.Python.Best),
                row.Ratio is { } ratio ? string.Create(CultureInfo.InvariantCulture, $"{ratio:F2}×") : None, row.Repeats.ToString(CultureInfo.InvariantCulture),
            ];
            table.AddRow(cells.Select(cell => new Text(cell)));
        }

        string blas = $"{Path.GetFileName(result.Blas)}{(result.Kernels.Length > 0 ? $" with {result.Kernels} kernels" : "")}";
        return new Rows(
            table,
            new Text($"{result.Processor}, {result.Threads} threads; libtorch {result.Libtorch}; BLAS {blas}."),
            new Text("Medians and bests, the two sides one after the other; ratio: python's median over visalign's. Operators and transformer run forward and backward, the add does not."),
            new Text(result.Remark));
    }

    private static string Write(double milliseconds) =>
        milliseconds.ToString(milliseconds < 0.1 ? "F5" : milliseconds < 10 ? "F3" : "F1", CultureInfo.InvariantCulture);
}
