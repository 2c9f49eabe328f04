namespace Visalign.Reports;

/// <summary>What a reader of a comparison has to know: who fought whom, what was equal, and what did not end.</summary>
internal static class ReportGround
{
    public static Markup Failures(IReadOnlyList<string> failures) => failures.Count == 0 ? Markup.None : Markup.Of($"""
        <section id="failures" aria-labelledby="failures-title"><h2 id="failures-title">Runs that have not ended</h2>
        <p class="lead">They are in no number of this page; the same command tries them again and leaves the others alone.</p>
        <ul class="remarks">{failures.Select(sentence => Markup.Of($"""<li class="card alarm"><p>{sentence}</p></li>"""))}</ul></section>

        """);

    public static Markup Duels(ReportTable? duels) => duels is null ? Markup.None : Markup.Of($"""
        <section id="duels" aria-labelledby="duels-title"><h2 id="duels-title">Head to head</h2>
        {duels.Render()}</section>

        """);

    public static Markup Render(IReadOnlyList<ProvenanceEntry> equal, ReportTable? own) => equal.Count == 0 ? Markup.None : Markup.Of($"""
        <section id="ground" aria-labelledby="ground-title"><h2 id="ground-title">What is equal, and what is not</h2>
        <div class="card plain"><table class="provenance"><caption class="visually-hidden">The same for all</caption>
        <tbody>{equal.Select(entry => Markup.Of($"""<tr><th scope="row">{entry.Name}</th><td>{entry.Value}</td></tr>"""))}</tbody></table></div>
        {own?.Render() ?? Markup.None}</section>

        """);
}
