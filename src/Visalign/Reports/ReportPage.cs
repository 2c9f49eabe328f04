using System.Security.Cryptography;
using System.Text;

namespace Visalign.Reports;

/// <summary>Writes a report as one HTML file that needs nothing else: no network, no other file, no server.</summary>
/// <remarks>
/// Its content security policy allows the page's own style sheet and script, by hash, and pictures inside the file; everything
/// else is refused by the browser, so a report can be opened and passed on without trusting the prompts inside. The markup is
/// well-formed XML as well as HTML.
/// </remarks>
public static class ReportPage
{
    private static readonly string Style = Asset("report.css");
    private static readonly string Script = Asset("report.js");

    /// <summary>The page's whole text, to be written as UTF-8. The same data give the same text.</summary>
    /// <exception cref="InputException">A gallery picture that is not a PNG file, a panel with too many series, or a curve whose X does not ascend.</exception>
    public static string Render(ReportData data)
    {
        (string Anchor, string Name, Markup Content)[] sections =
        [
            ("failures", "Not ended", ReportGround.Failures(data.Failures)),
            ("pictures", "Pictures", Markup.Join([ReportGallery.Render(data.Gallery), ReportLineup.Render(data.Lineup)])),
            ("curves", "Curves", Curves(data.Curves, data.Paths)),
            ("tasks", "Tasks", ReportComparison.Tasks(data)),
            ("comparison", "Comparison", ReportComparison.Table(data)),
            ("duels", "Head to head", ReportGround.Duels(data.Duels)),
            ("ground", "What is equal", ReportGround.Render(data.Ground, data.Own)),
            ("watchdog", "Watchdog", ReportRunFacts.Watchdog(data.Remarks)),
            ("cost", "Cost", ReportRunFacts.Cost(data.Cost)),
            ("reproduce", "Run it", ReportRunFacts.Reproduce(data.Command, data.Recipe)),
            ("provenance", "Provenance", ReportRunFacts.Provenance(data.Provenance)),
        ];
        var shown = sections.Where(section => section.Content != Markup.None).ToArray();

        return Markup.Of($"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"/>
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src {Hash(Style)}; script-src {Hash(Script)}; base-uri 'none'; form-action 'none'"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/><meta name="color-scheme" content="light dark"/>
            <meta name="generator" content="Visalign"/><title>{data.Title} · Visalign</title>
            <style>{new Markup(Style)}</style></head>
            <body><a class="skip" href="#main">Skip to the results</a>
            <div class="page">{ReportHero.Render(data)}
            <nav aria-label="Sections">{shown.Select(section => Markup.Of($"""<a href="#{section.Anchor}">{section.Name}</a>"""))}</nav>
            <main id="main">{shown.Select(section => section.Content)}</main>
            <footer><p>Made by Visalign. This file loads nothing from anywhere.</p></footer></div>
            <script>{new Markup(Script)}</script></body></html>

            """).Text;
    }

    private static Markup Curves(IReadOnlyList<CurvePanel> panels, IReadOnlyList<PathPanel> paths) => panels.Count + paths.Count < 2 ? Markup.None : Markup.Of($"""
        <section id="curves" aria-labelledby="curves-title"><h2 id="curves-title">Over training</h2>
        <p class="lead">{(panels.SelectMany(panel => panel.Series).Any(series => series.Seeds.Count > 1) ? "Thick lines are means over seeds, thin lines the seeds themselves. " : "")}Numbers in the legends are final values; point at a chart, or focus it and use the arrow keys, to read the others.</p>
        <div class="charts">{panels.Skip(1).Select((panel, i) => ReportCurvePanel.Render(panel, $"curve-{i + 2}"))}{paths.Select((panel, i) => ReportPathPanel.Render(panel, $"path-{i + 1}"))}</div></section>

        """);

    private static Markup Hash(string text) => new($"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}'");

    private static string Asset(string name)
    {
        using var stream = typeof(ReportPage).Assembly.GetManifestResourceStream(name)
            ?? throw new System.Diagnostics.UnreachableException($"the assembly lacks its resource {name}");
        using StreamReader reader = new(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
