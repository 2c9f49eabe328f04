using System.Globalization;
using System.Text;

namespace Visalign.Reports;

/// <summary>Draws ways through the plane of two quantities, such as the score that counts against the reward that is trained on.</summary>
/// <remarks>
/// Time runs along a line, not along an axis: it begins at an open circle and ends at the series' marker. A line that turns down while
/// it goes right is a reward that is being gamed (Gao et al., arXiv 2210.10760). Thin lines are seeds, the thick one their mean at each point.
/// </remarks>
internal static class ReportPathPanel
{
    private const double Width = 440, Height = 252, Left = 52, Right = 16, Top = 12, Bottom = 40;

    public static Markup Render(PathPanel panel, string id)
    {
        ReportMarks.Require(panel.Title, panel.Series.Count);
        var means = panel.Series.Select(MeanOf).ToArray();
        return Markup.Of($"""
            <figure class="card chart" id="{id}"><figcaption><h3 id="{id}-title">{panel.Title}</h3>{(panel.Note is null ? Markup.None : Markup.Of($"""<p class="note">{panel.Note}</p>"""))}
            <ul class="legend">{panel.Series.Select((series, i) => Markup.Of($"""<li>{ReportMarks.Swatch(i)}<span>{series.Name}</span></li>"""))}</ul></figcaption>
            {Plot(panel, means, id)}{Table(panel, means)}</figure>

            """);
    }

    private static CurvePoint[] MeanOf(CurveSeries series) =>
        [.. Enumerable.Range(0, series.Seeds.Min(seed => seed.Points.Count)).Select(at => new CurvePoint(series.Seeds.Average(seed => seed.Points[at].X), series.Seeds.Average(seed => seed.Points[at].Y)))];

    private static Markup Plot(PathPanel panel, CurvePoint[][] means, string id)
    {
        var points = panel.Series.SelectMany(series => series.Seeds).SelectMany(seed => seed.Points).ToArray();
        ReportAxis across = ReportAxis.Covering(points.Select(point => point.X), 5), up = ReportAxis.Covering(points.Select(point => point.Y), 4);
        double X(double value) => Left + across.Position(value) * (Width - Left - Right);
        double Y(double value) => Height - Bottom - up.Position(value) * (Height - Top - Bottom);

        return Markup.Of($"""
            <div class="still"><svg viewBox="0 0 {Width} {Height}" role="img" aria-labelledby="{id}-title"><g class="axis">
            {up.Ticks.Select(tick => Markup.Of($"""<path class="grid" d="M{Left} {Y(tick)}H{Width - Right}"/><text class="y" x="{Left - 8}" y="{Y(tick) + 4}">{ReportNumbers.Tick(tick, panel.Format)}</text>"""))}
            {across.Ticks.Select(tick => Markup.Of($"""<path class="grid" d="M{X(tick)} {Top}V{Height - Bottom}"/><text class="x" x="{X(tick)}" y="{Height - Bottom + 17}">{ReportNumbers.Tick(tick, ValueFormat.Number)}</text>"""))}
            <path class="base" d="M{Left} {Height - Bottom}H{Width - Right}"/><text class="x label" x="{(Left + Width - Right) / 2}" y="{Height - 5}">{panel.XLabel}</text></g>
            {panel.Series.SelectMany((series, i) => series.Seeds.Count < 2 ? [] : series.Seeds.Select(seed => Line("seed", i, seed.Points)))}
            {means.Select((mean, i) => mean.Length == 0 ? Markup.None : Markup.Of($"""
                {Line("mean", i, mean)}<circle class="start {ReportMarks.SeriesClass(i)}" cx="{X(mean[0].X)}" cy="{Y(mean[0].Y)}" r="3.4"/>{ReportMarks.Marker(i, X(mean[^1].X), Y(mean[^1].Y))}
                """))}</svg></div>
            """);

        Markup Line(string look, int series, IReadOnlyList<CurvePoint> points)
        {
            var path = new StringBuilder();
            foreach (var point in points) path.Append(CultureInfo.InvariantCulture, $"{(path.Length == 0 ? 'M' : 'L')}{X(point.X):0.#} {Y(point.Y):0.#}");
            return Markup.Of($"""<path class="{look} {ReportMarks.SeriesClass(series)}" d="{path.ToString()}"/>""");
        }
    }

    private static Markup Table(PathPanel panel, CurvePoint[][] means) => Markup.Of($"""
        <details class="values"><summary>Values</summary><div class="scroll" tabindex="0" role="region" aria-label="Values of {panel.Title}"><table>
        <caption>{panel.Title}, means over seeds, from the start of training to its end</caption>
        <thead><tr><th scope="col">system</th><th scope="col">{panel.XLabel}</th><th scope="col">{panel.YLabel}</th></tr></thead>
        <tbody>{panel.Series.SelectMany((series, i) => means[i].Select(point => Markup.Of($"""
            <tr><th scope="row">{series.Name}</th><td>{ReportNumbers.Value(point.X, ValueFormat.Number)}</td><td>{ReportNumbers.Value(point.Y, panel.Format)}</td></tr>

            """)))}</tbody></table></div></details>
        """);
}
