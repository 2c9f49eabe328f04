namespace Visalign.Reports;

/// <summary>A chart with its title, legend and table of values.</summary>
/// <remarks>
/// The table serves readers without a pointer and is also where the page's script finds what to show on hovering: rows carry
/// their horizontal place in the drawing, cells of means their vertical one.
/// </remarks>
internal static class ReportCurvePanel
{
    private const int MaxRowCount = 200;

    public static Markup Render(CurvePanel panel, string id)
    {
        ReportMarks.Require(panel.Title, panel.Series.Count);

        var curves = panel.Series.Select(ReportCurve.Of).ToArray();
        return Markup.Of($"""
            <figure class="card chart" id="{id}"><figcaption><h3 id="{id}-title">{panel.Title}</h3>{Note(panel)}
            <p class="visually-hidden" id="{id}-summary">{Summary(panel, curves)}</p>{Legend(panel, curves)}</figcaption>
            {(curves.All(curve => curve.Last is null) ? Empty : Plot(new(panel, curves), id))}</figure>

            """);
    }

    private static Markup Empty { get; } = new("""<p class="empty">No value was recorded.</p>""");

    private static Markup Plot(ReportLineChart chart, string id) => Markup.Of($"""
        <div class="plot" tabindex="0" role="group" aria-label="{chart.Panel.Title}. Left and right arrow keys read the values.">
        {chart.Draw($"{id}-title", $"{id}-summary")}<div class="tooltip" role="status"></div></div>
        {Table(chart)}
        """);

    private static Markup Note(CurvePanel panel) =>
        panel.Note is null ? Markup.None : Markup.Of($"""<p class="note">{panel.Note}</p>""");

    private static string Summary(CurvePanel panel, IEnumerable<ReportCurve> curves) => string.Join(" ", curves.Select(curve =>
        curve is { First: { } first, Last: { } last }
            ? $"{curve.Name} goes from {ReportNumbers.Value(first.Y, panel.Format)} to {ReportNumbers.Value(last.Y, panel.Format)}."
            : $"{curve.Name} has no values."));

    private static Markup Legend(CurvePanel panel, ReportCurve[] curves) => Markup.Of($"""
        <ul class="legend">{curves.Select((curve, i) => Markup.Of($"""
            <li>{ReportMarks.Swatch(i)}<span>{curve.Name} <b>{(curve.Last is { } last ? ReportNumbers.Value(last.Y, panel.Format) : "no value")}</b></span></li>
            """))}{panel.References.Select((line, i) => Markup.Of($"""
            <li>{ReportMarks.ReferenceSwatch(i)}<span>{line.Name} <b>{ReportNumbers.Value(line.Value, panel.Format)}</b></span></li>
            """))}</ul>
        """);

    private static Markup Table(ReportLineChart chart)
    {
        var xs = chart.Curves.SelectMany(curve => curve.Mean).Select(point => point.X).Distinct().Order().ToArray();
        var stride = (xs.Length + MaxRowCount - 1) / MaxRowCount;
        var shown = xs.Where((_, i) => (xs.Length - 1 - i) % stride == 0);
        var columns = chart.Curves.SelectMany(Columns).ToArray();
        return Markup.Of($"""
            <details class="values"><summary>Values</summary><div class="scroll" tabindex="0" role="region" aria-label="Values of {chart.Panel.Title}"><table>
            <caption>{chart.Panel.Title}{(stride > 1 ? $", every {stride}th of {xs.Length} points" : "")}</caption>
            <thead><tr><th scope="col">{chart.Panel.XLabel}</th>{columns.Select(column => Markup.Of($"""
                <th scope="col" data-series="{column.Series}" data-name="{column.Name}"{(column.IsMean ? new Markup(" data-mean=\"\"") : Markup.None)}>{column.Heading}</th>
                """))}</tr></thead>
            <tbody>{shown.Select(x => Markup.Of($"""
                <tr data-x="{chart.X(x)}"><th scope="row">{ReportNumbers.Value(x, ValueFormat.Number)}</th>{columns.Select(column => Cell(chart, column, x))}</tr>

                """))}</tbody></table></div></details>
            """);
    }

    private static Markup Cell(ReportLineChart chart, Column column, double x)
    {
        if (!column.Values.TryGetValue(x, out var y))
            return new("<td></td>");
        var place = column.IsMean && double.IsFinite(y) ? Markup.Of($" data-y=\"{chart.Y(y)}\"") : Markup.None;
        return column.IsMean && double.IsNaN(y)
            ? new("<td></td>")
            : Markup.Of($"<td{place}>{ReportNumbers.Value(y, chart.Panel.Format)}</td>");
    }

    private static IEnumerable<Column> Columns(ReportCurve curve, int series)
    {
        yield return new(series, curve.Name, curve.HasSeveralSeeds ? $"{curve.Name}, mean" : curve.Name, true, curve.Mean);
        if (!curve.HasSeveralSeeds)
            yield break;
        foreach (var seed in curve.Seeds)
            yield return new(series, curve.Name, $"seed {seed.Seed}", false, seed.Points);
    }

    private sealed record Column(int Series, string Name, string Heading, bool IsMean, IReadOnlyList<CurvePoint> Points)
    {
        public Dictionary<double, double> Values { get; } = Points.ToDictionary(point => point.X, point => point.Y);
    }
}
