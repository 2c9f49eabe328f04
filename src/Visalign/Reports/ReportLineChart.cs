using System.Globalization;
using System.Text;

namespace Visalign.Reports;

/// <summary>Draws curves as inline SVG.</summary>
/// <remarks>Own SVG, because no plotting library for .NET restores from this project's package source.</remarks>
/// <param name="Panel">What to draw; at least one finite value.</param>
/// <param name="Curves">The panel's series with their means.</param>
internal sealed record ReportLineChart(CurvePanel Panel, IReadOnlyList<ReportCurve> Curves)
{
    // User units of the drawing; about 1.2 pixels each on a desktop and 0.75 on a phone.
    private const double Width = 440, Height = 232;
    private const double Left = 52, Right = 16, Top = 12, Bottom = 40;

    private readonly ReportAxis _x = ReportAxis.Spanning(Curves.SelectMany(curve => curve.Mean).Select(point => point.X), 5);

    private readonly ReportAxis _y = ReportAxis.Covering(
        Panel.Series.SelectMany(series => series.Seeds).SelectMany(seed => seed.Points).Select(point => point.Y)
            .Concat(Panel.References.Select(line => line.Value)), 4);

    /// <summary>Horizontal place of a value, in the drawing's units.</summary>
    public double X(double value) => Left + _x.Position(value) * (Width - Left - Right);

    /// <summary>Vertical place of a value, in the drawing's units, downward.</summary>
    public double Y(double value) => Height - Bottom - _y.Position(value) * (Height - Top - Bottom);

    /// <param name="labels">Id of the element that names the drawing.</param>
    /// <param name="describes">Id of the element that describes it.</param>
    public Markup Draw(string labels, string describes) => Markup.Of($"""
        <svg viewBox="0 0 {Width} {Height}" role="img" aria-labelledby="{labels}" aria-describedby="{describes}">
        {Axes()}{Panel.References.Select(Reference)}
        {Curves.SelectMany(SeedPaths)}{Curves.Select(MeanPath)}
        <g class="cursor"><path d="M0 {Top}V{Height - Bottom}"/></g></svg>
        """);

    private Markup Axes() => Markup.Of($"""
        <g class="axis">{_y.Ticks.Select(tick => Markup.Of($"""
            <path class="grid" d="M{Left} {Y(tick)}H{Width - Right}"/><text class="y" x="{Left - 8}" y="{Y(tick) + 4}">{ReportNumbers.Tick(tick, Panel.Format)}</text>
            """))}{_x.Ticks.Select(tick => Markup.Of($"""
            <path class="tick" d="M{X(tick)} {Height - Bottom}v4"/><text class="x" x="{X(tick)}" y="{Height - Bottom + 17}">{ReportNumbers.Tick(tick, ValueFormat.Number)}</text>
            """))}<path class="base" d="M{Left} {Height - Bottom}H{Width - Right}"/><text class="x label" x="{(Left + Width - Right) / 2}" y="{Height - 5}">{Panel.XLabel}</text></g>
        """);

    private Markup Reference(ReferenceLine line, int index) => !double.IsFinite(line.Value)
        ? Markup.None
        : Markup.Of($"""<path class="{ReportMarks.ReferenceClass(index)}" d="M{Left} {Y(line.Value)}H{Width - Right}"/>""");

    private IEnumerable<Markup> SeedPaths(ReportCurve curve, int series) => !curve.HasSeveralSeeds
        ? []
        : curve.Seeds.Select(seed => Markup.Of($"""<path class="seed {ReportMarks.SeriesClass(series)}" d="{Path(seed.Points)}"/>"""));

    private Markup MeanPath(ReportCurve curve, int series) => Markup.Of($"""
        <path class="mean {ReportMarks.SeriesClass(series)}" d="{Path(curve.Mean)}"/>{Markers(curve, series)}
        """);

    // A few markers along the line, the last point always among them.
    private IEnumerable<Markup> Markers(ReportCurve curve, int series)
    {
        var finite = curve.Mean.Where(point => double.IsFinite(point.Y)).ToArray();
        var stride = Math.Max(1, (finite.Length - 1) / 4);
        return finite.Where((_, i) => (finite.Length - 1 - i) % stride == 0).Select(point => ReportMarks.Marker(series, X(point.X), Y(point.Y)));
    }

    private string Path(IReadOnlyList<CurvePoint> points)
    {
        var path = new StringBuilder();
        var isDrawing = false;
        foreach (var point in points)
        {
            if (double.IsFinite(point.Y))
                path.Append(CultureInfo.InvariantCulture, $"{(isDrawing ? 'L' : 'M')}{X(point.X):0.#} {Y(point.Y):0.#}{(isDrawing ? "" : "h0")}");
            isDrawing = double.IsFinite(point.Y);
        }
        return path.ToString();
    }
}
