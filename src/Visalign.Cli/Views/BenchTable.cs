using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;
using Visalign.Bench;

namespace Visalign.Cli.Views;

/// <summary>A benchmark for people: the times of all sides, the height of their memory, and which BLAS each had.</summary>
internal static class BenchTable
{
    private const string None = "–";

    internal static IRenderable Of(Benchmark result)
    {
        List<IRenderable> parts = [Times(result), new Text(Sides(result))];
        if (result.Memory.Count > 0)
        {
            parts.AddRange([new Text(""), Memory(result), new Text(Sides(result))]);
        }

        parts.Add(new Text(""));
        parts.Add(new Text("Medians over rounds in which each side had its turn; a ratio is the median of the rounds' own ratios, theirs over ours. Operators, steps and iterations run forward and backward."));
        if (result.PeakRate is { } rate)
        {
            parts.Add(new Text(string.Create(CultureInfo.InvariantCulture, $"Peak: {rate / 1e9:F0} GFLOP/s, a product of 1024×1024 matrices in the same rounds; its share counts matrix products only.")));
        }

        parts.AddRange(result.Remarks.Select(remark => new Text(remark)));

        return new Rows(parts);
    }

    private static Table Times(Benchmark result)
    {
        string[] others = [.. result.Sides.Where(side => side.Interpreter is not null && !result.Workloads.Any(row => row.Python?.Torch == side.Name)).Select(side => side.Name)];
        bool twin = result.Workloads.Any(row => row.Python is not null);
        string[] heads = ["visalign", "best", .. twin ? (string[])["python", "best", "ratio"] : [], .. others.SelectMany(name => (string[])[name, "ratio"]), "of peak"];
        var table = new Table().SimpleBorder().AddColumn("milliseconds");
        foreach (string head in heads)
        {
            table.AddColumn(new TableColumn(head).RightAligned());
        }

        WorkloadKind? kind = null;
        foreach (var row in result.Workloads)
        {
            if (row.Kind != kind)
            {
                table.AddRow(new Text(Title(row.Kind)));
                kind = row.Kind;
            }

            string[] cells =
            [
                $"  {row.Description}", Write(row.Visalign.Median), Write(row.Visalign.Best),
                .. twin ? [Write(row.Python?.Times.Median), Write(row.Python?.Times.Best), Ratio(row.Python?.Ratio)] : (string[])[],
                .. others.Select(name => row.Others.FirstOrDefault(other => other.Torch == name)).SelectMany(other => (string[])[Write(other?.Times.Median), Ratio(other?.Ratio)]),
                row.ShareOfPeak is { } share ? string.Create(CultureInfo.InvariantCulture, $"{share:P0}") : None,
            ];
            table.AddRow(cells.Select(cell => new Text(cell)));
        }

        return table;
    }

    private static Table Memory(Benchmark result)
    {
        var table = new Table().SimpleBorder().AddColumn("MB above the loaded library");
        foreach (string head in (string[])["visalign", "python", "ours/theirs"])
        {
            table.AddColumn(new TableColumn(head).RightAligned());
        }

        foreach (var row in result.Memory)
        {
            string[] cells = [$"  {row.Description}", Megabytes(row.Visalign), row.Python is { } theirs ? Megabytes(theirs) : None, Ratio(row.Ratio)];
            table.AddRow(cells.Select(cell => new Text(cell)));
        }

        return table;
    }

    // Who it ran on, below every table: nothing decides more than the BLAS.
    private static string Sides(Benchmark result) =>
        $"{result.Processor}, {result.Threads} {(result.Threads == 1 ? "thread" : "threads")}. "
        + string.Join("; ", result.Sides.Select(side => $"{side.Name}: {(side.Interpreter is null ? "" : side.Interpreter + ", ")}torch {side.Torch}, BLAS {Path.GetFileName(side.Blas)}{(side.Kernels.Length > 0 ? $" ({side.Kernels} kernels)" : "")}")) + ".";

    private static string Title(WorkloadKind kind) => kind switch
    {
        WorkloadKind.Dispatch => "a call",
        WorkloadKind.Operator => "operators, forward and backward",
        WorkloadKind.Optimizer => "clipping, AdamW and moving average",
        WorkloadKind.Step => "training steps, 64 pictures",
        WorkloadKind.Iteration => "iterations: rollout, reward, update",
        _ => "rewards",
    };

    private static string Write(double? milliseconds) => milliseconds is { } time ? time.ToString(time < 0.1 ? "F5" : time < 10 ? "F3" : "F1", CultureInfo.InvariantCulture) : None;

    private static string Ratio(double? ratio) => ratio is { } value ? string.Create(CultureInfo.InvariantCulture, $"{value:F2}×") : None;

    private static string Megabytes(long bytes) => (bytes / 1e6).ToString("F0", CultureInfo.InvariantCulture);
}
