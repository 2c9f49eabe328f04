using System.Globalization;
using Visalign.Benchmarks;

namespace Visalign.Reports;

/// <summary>The top of a report: title, paper, headline numbers and the first curve.</summary>
internal static class ReportHero
{
    private const double Width = 440, Margin = 14;

    public static Markup Render(ReportData data) => Markup.Of($"""
        <header class="masthead"><p class="eyebrow">Visalign · alignment report</p><h1>{data.Title}</h1>
        <p class="method"><b>{data.Method}</b>{(data.Paper is { } paper ? Markup.Of($" · {Citation(paper)}") : Markup.None)}</p></header>
        <section class="hero{(data.Curves.Count == 0 ? " alone" : "")}" aria-labelledby="headline-title">
        <div class="card headline"><h2 id="headline-title" class="eyebrow">Held-out {data.Headline.Metric}</h2>{(data.Systems.Count(system => system.Role == SystemRole.Aligned) > 1 ? Ranking(data) : Numbers(data.Headline))}{Concerns(data.Remarks)}</div>
        {data.Curves.Take(1).Select(panel => ReportCurvePanel.Render(panel, "curve-1"))}</section>
        """);

    // Alarms and warnings belong beside the number they put in doubt.
    private static Markup Concerns(IReadOnlyList<WatchdogRemark> remarks)
    {
        var counts = new[] { (RemarkSeverity.Alarm, "alarm"), (RemarkSeverity.Warning, "warning") }
            .Select(kind => (Count: remarks.Count(remark => remark.Severity == kind.Item1), Noun: kind.Item2))
            .Where(kind => kind.Count > 0)
            .Select(kind => ReportNumbers.Count(kind.Count, kind.Noun))
            .ToArray();
        return counts.Length == 0 ? Markup.None : Markup.Of($"""<p class="concerns"><a href="#watchdog">{string.Join(" and ", counts)} from the watchdog</a></p>""");
    }

    private static Markup Citation(ReportPaper paper)
    {
        string year = paper.Year.ToString(CultureInfo.InvariantCulture);
        return paper.Authors is { } authors
            ? Markup.Of($"{authors} ({year}), <cite>{paper.Title}</cite>{Link(paper.Arxiv)}")
            : Markup.Of($"<cite>{paper.Title}</cite>, {year}{Link(paper.Arxiv)}");
    }

    private static Markup Link(string? arxiv) => arxiv is null
        ? Markup.None
        : Markup.Of($""", <a href="https://arxiv.org/abs/{arxiv}" rel="noreferrer">arXiv:{arxiv}</a>""");

    private static Markup Numbers(ReportHeadline headline) => Markup.Of($"""
        <p class="gain {(IsDistinct(headline.Gain) ? "" : "unclear")}"><span class="figure">{ReportNumbers.Difference(headline.Gain.Value, headline.Format)}{Unit(headline)}</span>
        <span class="range">{GainRange(headline)}</span></p>
        {Dumbbell(headline)}
        <dl class="pair"><div><dt><span class="dot is-base"></span>Base <small>at its best guidance scale, {headline.BaseGuidanceScale}</small></dt><dd>{Score(headline.Base, headline.Format)}</dd></div>
        <div><dt><span class="dot is-aligned"></span>Aligned{(headline.AlignedGuidanceScale is { } scale ? Markup.Of($" <small>at its best guidance scale, {scale}</small>") : Markup.None)}</dt><dd>{Score(headline.Aligned, headline.Format)}</dd></div></dl>
        <p class="note">{Meaning(headline)}</p>
        """);

    // Several methods are told by one bar each, the highest first.
    private static Markup Ranking(ReportData data)
    {
        var ranked = data.Systems.OrderByDescending(system => system.Score.Value).Select(system => (system, (Estimate?)system.Score)).ToArray();
        var ends = data.Systems.SelectMany(system => system.Score.Interval is { } interval ? new[] { system.Score.Value, interval.Low, interval.High } : [system.Score.Value]);
        return Markup.Of($"""
            <div class="bars ranking">{ReportBarChart.Draw("All tasks", ranked, ReportAxis.Covering(ends.Append(0), 5), data.Headline.Format)}</div>
            <p class="note">{data.Headline.Meaning ?? Meaning(data.Headline)}</p>
            """);
    }

    private static Markup Unit(ReportHeadline headline) =>
        headline.Format == ValueFormat.Share ? new("""<span class="unit"> points</span>""") : Markup.None;

    private static Markup Score(Estimate estimate, ValueFormat format) => Markup.Of($"""
        <b>{ReportNumbers.Value(estimate.Value, format)}</b>{(ReportNumbers.Range(estimate, format) is { } range ? Markup.Of($" <small>{range}</small>") : Markup.None)}
        """);

    private static string GainRange(ReportHeadline headline) => headline.Gain.Interval is { } interval
        ? $"{ReportNumbers.Level(interval)} interval {ReportNumbers.DifferenceRange(headline.Gain, headline.Format)}"
        : "no interval was computed";

    private static bool IsDistinct(Estimate gain) => gain.Interval is { } interval && !interval.Contains(0);

    private static string Meaning(ReportHeadline headline)
    {
        var basis = $"Mean over {ReportNumbers.Count(headline.PromptCount, "held-out prompt")} and {ReportNumbers.Count(headline.SeedCount, "training seed")}. ";
        return basis + headline.Gain switch
        {
            { Interval: null } => "Without an interval this gain may be chance.",
            { Interval: { } interval } when interval.Contains(0) => "The interval of the gain includes zero: this run does not show an improvement.",
            { Interval.Low: > 0 } when headline.SeedCount == 1 => "The interval covers the choice of prompts, not of the seed.",
            { Interval.Low: > 0 } => "The interval resamples prompts and seeds together.",
            _ => "The aligned model is worse than the base.",
        };
    }

    // Base and aligned on one axis, each with its interval.
    private static Markup Dumbbell(ReportHeadline headline)
    {
        Estimate[] both = [headline.Base, headline.Aligned];
        if (both.Any(estimate => !double.IsFinite(estimate.Value)))
            return Markup.None;

        var ends = both.SelectMany(estimate => estimate.Interval is { } interval ? new[] { estimate.Value, interval.Low, interval.High } : [estimate.Value]);
        var axis = ReportAxis.Covering(headline.Format == ValueFormat.Share ? ends.Append(0).Append(1) : ends, 5);
        double X(double value) => Margin + axis.Position(value) * (Width - 2 * Margin);
        var (from, to) = (X(headline.Base.Value), X(headline.Aligned.Value));

        return Markup.Of($"""
            <svg class="dumbbell" viewBox="0 0 {Width} 62" aria-hidden="true">
            {axis.Ticks.Select(tick => Markup.Of($"""
                <path class="grid" d="M{X(tick)} 6V40"/><text class="x" x="{X(tick)}" y="56">{ReportNumbers.Tick(tick, headline.Format)}</text>
                """))}
            <path class="bridge" d="M{from} 23H{to}"/>
            {ReportBarChart.Whisker(headline.Base.Interval, 23, X)}{ReportBarChart.Whisker(headline.Aligned.Interval, 23, X)}
            <circle class="end is-base" cx="{from}" cy="23" r="7"/><circle class="end is-aligned" cx="{to}" cy="23" r="7"/></svg>
            """);
    }
}
