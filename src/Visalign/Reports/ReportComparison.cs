using Visalign.Benchmarks;

namespace Visalign.Reports;

/// <summary>The aligned model against the alternatives: bars for each task, and a table with intervals and costs.</summary>
internal static class ReportComparison
{
    private const double PlotWidth = 180, PlotMargin = 8;

    // Those that are not always there are where a system has them.
    private static readonly Column[] Costs =
    [
        new("Diversity", false, system => system.Diversity is { } distance ? ReportNumbers.Value(distance, ValueFormat.Number) : null),
        new("Reward calls", true, system => system.RewardCalls is { } calls ? ReportNumbers.Count(calls) : null),
        new("Network evaluations", false, system => system.NetworkEvaluations is { } evaluations ? ReportNumbers.Count(evaluations) : null),
        new("Training time", true, system => system.WallTime is { } time ? ReportNumbers.Duration(time) : null),
    ];

    private sealed record Column(string Heading, bool IsAlways, Func<ComparedSystem, string?> Of);

    public static Markup Tasks(ReportData data)
    {
        var tasks = data.Systems.SelectMany(system => system.Tasks).Select(score => score.Task).Distinct().ToArray();
        if (tasks.Length == 0)
            return Markup.None;

        var format = data.Headline.Format;
        var axis = Axis(data.Systems.SelectMany(system => system.Tasks).Select(score => score.Score), format, 0);
        return Markup.Of($"""
            <section id="tasks" aria-labelledby="tasks-title"><h2 id="tasks-title">Task by task</h2>
            <p class="lead">Held-out {data.Headline.Metric}; all bars share one axis from {ReportNumbers.Tick(axis.Low, format)} to {ReportNumbers.Tick(axis.High, format)}.</p>
            <div class="tasks">{tasks.Select(task => Markup.Of($"""
                <figure class="card bars"><figcaption><h3>{task}</h3></figcaption>{ReportBarChart.Draw(task, [.. data.Systems.Select(system => (system, Score(system, task)))], axis, format)}</figure>

                """))}</div></section>

            """);
    }

    public static Markup Table(ReportData data)
    {
        if (data.Systems.Count == 0)
            return Markup.None;

        var format = data.Headline.Format;
        var axis = Axis([.. data.Systems.Select(system => system.Score), .. data.Systems.SelectMany(system => system.Seeds).Select(seed => new Estimate(seed, null))], format, null);
        var costs = Costs.Where(cost => cost.IsAlways || data.Systems.Any(system => cost.Of(system) is not null)).ToArray();
        return Markup.Of($"""
            <section id="comparison" aria-labelledby="comparison-title"><h2 id="comparison-title">How it compares</h2>
            <div class="card scroll" tabindex="0" role="region" aria-label="Table of compared systems"><table class="comparison">
            <caption>Held-out {data.Headline.Metric} with intervals; the plot runs from {ReportNumbers.Tick(axis.Low, format)} to {ReportNumbers.Tick(axis.High, format)}.</caption>
            <thead><tr><th scope="col">System</th><th scope="col" class="number">Score</th><th scope="col" class="forest">Interval{(data.Systems.Any(system => system.Seeds.Count > 1) ? " and seeds" : "")}</th>
            <th scope="col" class="number">Gain over base{Points(format)}</th>{costs.Select(cost => Markup.Of($"""<th scope="col" class="number">{cost.Heading}</th>"""))}</tr></thead>
            <tbody>{data.Systems.Select(system => Row(system, axis, format, costs))}</tbody></table></div></section>

            """);
    }

    private static Estimate? Score(ComparedSystem system, string task) =>
        system.Tasks.FirstOrDefault(score => score.Task == task)?.Score;

    private static ReportAxis Axis(IEnumerable<Estimate> scores, ValueFormat format, double? origin)
    {
        var values = scores.SelectMany(score => score.Interval is { } interval ? new[] { score.Value, interval.Low, interval.High } : [score.Value]);
        if (origin is { } start)
            values = format == ValueFormat.Share ? values.Append(start).Append(1) : values.Append(start);
        return ReportAxis.Covering(values, 5);
    }

    private static Markup Row(ComparedSystem system, ReportAxis axis, ValueFormat format, IEnumerable<Column> costs) => Markup.Of($"""
        <tr class="{ReportBarChart.RoleClass(system)}"><th scope="row"><span class="dot {ReportBarChart.RoleClass(system)}"></span>{system.Name}{Small(system.Note)}</th>
        <td class="number" data-label="Score"><b>{ReportNumbers.Value(system.Score.Value, format)}</b>{Small(ReportNumbers.Range(system.Score, format))}</td>
        <td class="forest">{Forest(system, axis)}</td>
        {Cell("", "Gain over base" + Points(format), system.Gain is { } gain ? Gain(gain, format) : null)}
        {costs.Select(cost => Cell("cost", cost.Heading, cost.Of(system) is { } text ? Markup.Of($"{text}") : null))}</tr>

        """);

    // The label replaces the column's heading where the style sheet stacks the cells.
    private static Markup Cell(string look, string label, Markup? content) => Markup.Of($"""
        <td class="number {look}{(content is null ? " missing" : "")}" data-label="{label}">{content ?? new Markup("–")}</td>
        """);

    private static Markup Gain(Estimate gain, ValueFormat format) =>
        Markup.Of($"{ReportNumbers.Difference(gain.Value, format)}{Small(ReportNumbers.DifferenceRange(gain, format))}");

    private static string Points(ValueFormat format) => format == ValueFormat.Share ? ", points" : "";

    private static Markup Small(string? text) => text is null ? Markup.None : Markup.Of($"<small>{text}</small>");

    private static Markup Forest(ComparedSystem system, ReportAxis axis)
    {
        double X(double value) => PlotMargin + axis.Position(value) * (PlotWidth - 2 * PlotMargin);
        return !double.IsFinite(system.Score.Value) ? Markup.None : Markup.Of($"""
            <svg viewBox="0 0 {PlotWidth} 22" aria-hidden="true">{axis.Ticks.Select(tick => Markup.Of($"""<path class="grid" d="M{X(tick)} 0v22"/>"""))}
            {system.Seeds.Select(seed => Markup.Of($"""<circle class="one-seed" cx="{X(seed)}" cy="19.5" r="1.8"/>"""))}
            {ReportBarChart.Whisker(system.Score.Interval, 11, X)}<circle class="end {ReportBarChart.RoleClass(system)}" cx="{X(system.Score.Value)}" cy="11" r="5"/></svg>
            """);
    }
}
