namespace Visalign.Reports;

/// <summary>The end of a report: the watchdog's remarks, the cost, how to repeat the run, and where it comes from.</summary>
internal static class ReportRunFacts
{
    public static Markup Watchdog(IReadOnlyList<WatchdogRemark> remarks) => Markup.Of($"""
        <section id="watchdog" aria-labelledby="watchdog-title"><h2 id="watchdog-title">What the watchdog noticed</h2>
        {(remarks.Count == 0 ? new Markup("""<p class="lead">Nothing: no remark was made during training.</p>""") : Markup.Of($"""
            <ul class="remarks">{remarks.OrderByDescending(remark => remark.Severity).ThenBy(remark => remark.Iteration ?? -1).Select(Remark)}</ul>
            """))}</section>

        """);

    public static Markup Cost(ReportCost cost) => Markup.Of($"""
        <section id="cost" aria-labelledby="cost-title"><h2 id="cost-title">What it cost</h2>
        <dl class="tiles"><div class="card"><dt>Training time</dt><dd>{ReportNumbers.Duration(cost.WallTime)}</dd></div>
        <div class="card"><dt>Reward calls</dt><dd>{ReportNumbers.Count(cost.RewardCalls)}</dd></div>
        <div class="card"><dt>Network evaluations</dt><dd>{ReportNumbers.Count(cost.NetworkEvaluations)}</dd></div>
        <div class="card"><dt>Machine</dt><dd class="words">{cost.Machine}</dd></div></dl></section>

        """);

    public static Markup Reproduce(string command, string recipe) => Markup.Of($"""
        <section id="reproduce" aria-labelledby="reproduce-title"><h2 id="reproduce-title">Run it yourself</h2>
        {Code("Command", command, "command")}{Code("Recipe, every default resolved", recipe, "recipe")}</section>

        """);

    public static Markup Provenance(IReadOnlyList<ProvenanceEntry> entries) => entries.Count == 0 ? Markup.None : Markup.Of($"""
        <section id="provenance" aria-labelledby="provenance-title"><h2 id="provenance-title">Provenance</h2>
        <div class="card"><table class="provenance"><caption class="visually-hidden">What these numbers come from</caption>
        <tbody>{entries.Select(entry => Markup.Of($"""<tr><th scope="row">{entry.Name}</th><td>{entry.Value}</td></tr>"""))}</tbody></table></div></section>

        """);

    private static Markup Remark(WatchdogRemark remark)
    {
        var (look, word) = remark.Severity switch
        {
            RemarkSeverity.Alarm => ("alarm", "Alarm"),
            RemarkSeverity.Warning => ("warning", "Warning"),
            _ => ("notice", "Note"),
        };
        var when = remark.Iteration is { } iteration ? Markup.Of($"""<span class="range">iteration {ReportNumbers.Count(iteration)}</span>""") : Markup.None;
        return Markup.Of($"""<li class="card {look}"><p><b>{word}</b> {when}</p><p>{remark.Text}</p></li>""");
    }

    private static Markup Code(string title, string text, string id) => Markup.Of($"""
        <div class="card code"><div class="titlebar"><h3 id="{id}-title">{title}</h3><button type="button" data-copy="{id}" hidden="">Copy</button></div>
        <pre id="{id}" tabindex="0" role="region" aria-labelledby="{id}-title"><code>{text.Trim('\n')}</code></pre></div>
        """);
}
