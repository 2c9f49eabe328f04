using Spectre.Console;
using Spectre.Console.Rendering;

namespace Visalign.Cli.Views;

/// <summary>A curve with its axes, as wide as there is room.</summary>
/// <param name="title">Stands above, followed by the first and the last value.</param>
/// <param name="points">From left to right; those that are not finite leave a gap.</param>
/// <param name="end">Where the horizontal axis ends; it begins at 0.</param>
/// <param name="rows">Height of the plot in characters, at least 2.</param>
internal sealed class LineChart(string title, IReadOnlyList<ChartPoint> points, double end, int rows, Color color) : IRenderable
{
    /// <summary>Lines beside those of the plot: the title and the horizontal axis.</summary>
    internal const int ExtraRows = 2;

    private const int SmallestPlot = 4;

    /// <inheritdoc/>
    public Measurement Measure(RenderOptions options, int maxWidth) => new(Math.Min(maxWidth, 20), maxWidth);

    /// <inheritdoc/>
    public IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        var scale = ChartScale.Around(points.Select(point => point.Y));
        string high = scale.Write(scale.High), low = scale.Write(scale.Low);
        int labelWidth = Math.Max(high.Length, low.Length);
        int columns = Math.Max(SmallestPlot, maxWidth - labelWidth - 2);
        var canvas = Plot(scale, columns);
        var quiet = new Style(Palette.Quiet);

        foreach (var segment in Line(maxWidth, new Segment($"{title} ", new Style(decoration: Decoration.Bold)), new Segment(Ends(), new Style(color))))
        {
            yield return segment;
        }

        for (int row = 0; row < rows; row++)
        {
            string label = row == 0 ? high : row == rows - 1 ? low : "";
            string axis = label.Length > 0 ? "┤" : "│";
            foreach (var segment in Line(maxWidth, new Segment($"{label.PadLeft(labelWidth)} {axis}", quiet), new Segment(canvas.Row(row), new Style(color))))
            {
                yield return segment;
            }
        }

        string last = end > 0 ? FormattableString.Invariant($"{end:F0}") : "";
        foreach (var segment in Line(maxWidth, new Segment($"{new string(' ', labelWidth + 2)}0{last.PadLeft(columns - 1)}", quiet)))
        {
            yield return segment;
        }
    }

    private string Ends()
    {
        double[] finite = [.. points.Select(point => point.Y).Where(double.IsFinite)];

        return finite.Length switch
        {
            0 => "nothing yet",
            1 => FormattableString.Invariant($"{finite[0]:F3}"),
            _ => FormattableString.Invariant($"{finite[0]:F3} → {finite[^1]:F3}"),
        };
    }

    private BrailleCanvas Plot(ChartScale scale, int columns)
    {
        var canvas = new BrailleCanvas(columns, rows);
        (int X, int Y)? before = null;
        foreach (var point in points)
        {
            (int X, int Y)? here = double.IsFinite(point.Y)
                ? (Column(point.X / Math.Max(end, 1), canvas.Width), Column(1 - scale.Share(point.Y), canvas.Height))
                : null;
            if (here is { } to)
            {
                canvas.Line(before ?? to, to);
            }

            before = here;
        }

        return canvas;
    }

    private static int Column(double share, int count) => (int)Math.Round(Math.Clamp(share, 0, 1) * (count - 1));

    private static IEnumerable<Segment> Line(int maxWidth, params IEnumerable<Segment> segments) => [.. Segment.Truncate(segments, maxWidth), Segment.LineBreak];
}
