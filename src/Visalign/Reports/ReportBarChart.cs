using Visalign.Benchmarks;

namespace Visalign.Reports;

/// <summary>Draws one task's scores as horizontal bars, each labeled with its system's name and value.</summary>
internal static class ReportBarChart
{
    private const double Width = 310, RowHeight = 36, LabelHeight = 15, BarHeight = 10, ValueWidth = 58;

    /// <param name="title">The task, also the drawing's name.</param>
    /// <param name="scores">A score for each system; null where it was not measured.</param>
    /// <param name="axis">Common to all tasks.</param>
    public static Markup Draw(string title, IReadOnlyList<(ComparedSystem System, Estimate? Score)> scores, ReportAxis axis, ValueFormat format)
    {
        double X(double value) => axis.Position(value) * (Width - ValueWidth);

        return Markup.Of($"""
            <svg viewBox="0 0 {Width} {scores.Count * RowHeight}" role="img" aria-label="{title}: {string.Join("; ", scores.Select(Words))}">
            {scores.Select((row, i) => Bar(row.System, row.Score, i * RowHeight))}</svg>
            """);

        string Words((ComparedSystem System, Estimate? Score) row) =>
            $"{row.System.Name} {(row.Score is { } score ? ReportNumbers.Value(score.Value, format) : "not measured")}";

        Markup Bar(ComparedSystem system, Estimate? score, double top)
        {
            var name = Markup.Of($"""<text class="name" x="0" y="{top + LabelHeight - 3}">{system.Name}</text>""");
            var middle = top + LabelHeight + 2 + BarHeight / 2;
            if (score is not { } estimate || !double.IsFinite(estimate.Value))
                return Markup.Of($"""{name}<text class="missing" x="0" y="{middle + 4}">{(score is null ? "not measured" : "not a number")}</text>""");

            var (start, end) = (X(Math.Max(axis.Low, Math.Min(0, axis.High))), X(estimate.Value));
            return Markup.Of($"""
                {name}<rect class="track" x="0" y="{middle - BarHeight / 2}" width="{Width - ValueWidth}" height="{BarHeight}" rx="2"/>
                <rect class="bar {RoleClass(system)}" x="{Math.Min(start, end)}" y="{middle - BarHeight / 2}" width="{Math.Max(1, Math.Abs(end - start))}" height="{BarHeight}" rx="2"/>
                {Whisker(estimate.Interval, middle, X)}<text class="value" x="{Width}" y="{middle + 4.5}">{ReportNumbers.Value(estimate.Value, format)}</text>
                """);
        }
    }

    /// <summary>The class that colors a system's part in a comparison.</summary>
    public static string RoleClass(ComparedSystem system) => (system.Role switch
    {
        SystemRole.Base => "is-base",
        SystemRole.Aligned => "is-aligned",
        _ => "is-baseline",
    }) + (system.Series is { } series ? $" of-{ReportMarks.SeriesClass(series)}" : "");

    /// <summary>An interval as a line with end caps; nothing without an interval.</summary>
    public static Markup Whisker(Interval? interval, double middle, Func<double, double> x)
    {
        if (interval is not { } range)
            return Markup.None;
        var line = Markup.Of($"M{x(range.Low)} {middle}H{x(range.High)}M{x(range.Low)} {middle - 3}v6M{x(range.High)} {middle - 3}v6");
        return Markup.Of($"""<path class="halo" d="{line}"/><path class="whisker" d="{line}"/>""");
    }
}
