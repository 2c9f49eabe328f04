using System.Globalization;
using Visalign.Benchmarks;

namespace Visalign.Reports;

/// <summary>How numbers read in a report.</summary>
internal static class ReportNumbers
{
    private const char ThinSpace = '\u202F';
    private const char Minus = '\u2212';
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    /// <summary>"58.1 %" or "0.5812".</summary>
    public static string Value(double value, ValueFormat format) => format switch
    {
        _ when double.IsNaN(value) => "not a number",
        _ when double.IsInfinity(value) => "infinite",
        ValueFormat.Share => Sign(value * 100, "0.0") + ThinSpace + "%",
        _ => Plain(value),
    };

    /// <summary>The same with a sign, shares in percentage points whose unit stands elsewhere: "+23.3".</summary>
    public static string Difference(double value, ValueFormat format) => (value > 0 ? "+" : "") +
        (format == ValueFormat.Share && double.IsFinite(value) ? Sign(value * 100, "0.0") : Value(value, format));

    /// <summary>"55.0 to 61.2 %", or null without an interval.</summary>
    public static string? Range(Estimate estimate, ValueFormat format) => estimate.Interval is not { } interval
        ? null
        : format == ValueFormat.Share
            ? $"{Sign(interval.Low * 100, "0.0")} to {Sign(interval.High * 100, "0.0")}{ThinSpace}%"
            : $"{Plain(interval.Low)} to {Plain(interval.High)}";

    /// <summary>"+20.1 to +26.4", in percentage points for shares; null without an interval.</summary>
    public static string? DifferenceRange(Estimate estimate, ValueFormat format) => estimate.Interval is { } interval
        ? $"{Difference(interval.Low, format)} to {Difference(interval.High, format)}"
        : null;

    /// <summary>"95 %".</summary>
    public static string Level(Interval interval) => (interval.Level * 100).ToString("0.#", Culture) + ThinSpace + "%";

    /// <summary>A tick of an axis: "60 %", "2.5k", "0.001".</summary>
    public static string Tick(double value, ValueFormat format) => format == ValueFormat.Share
        ? Sign(value * 100, "0.##") + ThinSpace + "%"
        : Math.Abs(value) switch
        {
            >= 1e9 => Sign(value / 1e9, "0.##") + "G",
            >= 1e6 => Sign(value / 1e6, "0.##") + "M",
            >= 1e4 => Sign(value / 1e3, "0.##") + "k",
            >= 1e-3 or 0 => Sign(value, "0.####"),
            _ => Sign(value, "0.#e0"),
        };

    /// <summary>"12,288".</summary>
    public static string Count(long count) => count.ToString("N0", Culture);

    /// <summary>"1 seed", "3 seeds".</summary>
    public static string Count(long count, string noun) => $"{Count(count)} {noun}{(count == 1 ? "" : "s")}";

    /// <summary>"48 s", "3 min 20 s", "2 h 5 min".</summary>
    public static string Duration(TimeSpan time) => time.TotalSeconds switch
    {
        < 10 => Sign(time.TotalSeconds, "0.0") + " s",
        < 60 => Sign(time.TotalSeconds, "0") + " s",
        < 3600 => $"{time.Minutes} min {time.Seconds} s",
        _ => $"{(long)time.TotalHours} h {time.Minutes} min",
    };

    private static string Plain(double value) => Math.Abs(value) switch
    {
        0 => "0",
        >= 1e6 or < 1e-4 => Sign(value, "0.###e0"),
        >= 1000 => Sign(value, "#,0"),
        >= 100 => Sign(value, "0.#"),
        >= 10 => Sign(value, "0.##"),
        >= 1 => Sign(value, "0.###"),
        >= 0.01 => Sign(value, "0.####"),
        _ => Sign(value, "0.######"),
    };

    private static string Sign(double value, string format) => value.ToString(format, Culture).Replace('-', Minus);
}
