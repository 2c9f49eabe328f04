namespace Visalign.Reports;

/// <summary>How series are told apart: a color of Okabe and Ito's palette, a dash and a marker each, so color is never alone.</summary>
/// <remarks>Okabe and Ito, "Color Universal Design", 2008. Colors and dashes are the style sheet's classes <c>s0</c> to <c>s6</c>.</remarks>
internal static class ReportMarks
{
    public const int Count = 7;

    /// <summary>Refuses more series than can be told apart.</summary>
    public static void Require(string panel, int series)
    {
        if (series > Count) throw new InputException($"report: panel '{panel}' has {series} series; expected at most {Count}, which can be told apart. Split the panel.");
    }

    /// <summary>The class that colors and dashes a series.</summary>
    public static string SeriesClass(int series) => $"s{series % Count}";

    /// <summary>The marker of a series, centered.</summary>
    public static Markup Marker(int series, double x, double y) => (series % Count) switch
    {
        0 => Markup.Of($"""<circle class="marker s0" cx="{x}" cy="{y}" r="3.6"/>"""),
        1 => Markup.Of($"""<rect class="marker s1" x="{x - 3.2}" y="{y - 3.2}" width="6.4" height="6.4"/>"""),
        2 => Markup.Of($"""<path class="marker s2" d="M{x} {y - 4.4}l4.2 7.6h-8.4z"/>"""),
        3 => Markup.Of($"""<path class="marker s3" d="M{x} {y - 4.8}l4.2 4.8l-4.2 4.8l-4.2 -4.8z"/>"""),
        4 => Markup.Of($"""<path class="marker s4" d="M{x} {y + 4.4}l4.2 -7.6h-8.4z"/>"""),
        5 => Markup.Of($"""<path class="marker open s5" d="M{x - 3.4} {y - 3.4}l6.8 6.8m0 -6.8l-6.8 6.8"/>"""),
        _ => Markup.Of($"""<path class="marker open s6" d="M{x - 4.4} {y}h8.8m-4.4 -4.4v8.8"/>"""),
    };

    /// <summary>A short sample of a series' line, for legends.</summary>
    public static Markup Swatch(int series) => Markup.Of($"""
        <svg class="swatch" viewBox="0 0 44 12" aria-hidden="true"><path class="mean {SeriesClass(series)}" d="M1 6h42"/>{Marker(series, 22, 6)}</svg>
        """);

    /// <summary>A short sample of a reference line, for legends.</summary>
    public static Markup ReferenceSwatch(int reference) => Markup.Of($"""
        <svg class="swatch" viewBox="0 0 44 12" aria-hidden="true"><path class="{ReferenceClass(reference)}" d="M1 6h42"/></svg>
        """);

    public static string ReferenceClass(int reference) => $"reference r{reference % 3}";
}
