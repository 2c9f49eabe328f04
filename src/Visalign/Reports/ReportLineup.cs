namespace Visalign.Reports;

/// <summary>The gallery of several systems: a prompt, and what each makes of it. What is wrong in words has no room there.</summary>
internal static class ReportLineup
{
    public static Markup Render(IReadOnlyList<PictureRow> rows) => rows.Count == 0 ? Markup.None : Markup.Of($"""
        <section id="pictures" class="gallery" aria-labelledby="pictures-title"><h2 id="pictures-title">The same prompts, drawn by all</h2>
        <p class="lead">From the same start noise, each system at its own best guidance scale; of several seeds, the first. Nobody chose the prompts.</p>
        <div class="pairs">{rows.Select((row, index) => Markup.Of($"""
            <article class="card duo"><h3>{row.Prompt}</h3>
            <div class="lineup">{row.Pictures.Select(entry => ReportGallery.Figure(entry.Picture with { Verdict = [] }, entry.System, $"{entry.System}, asked for: {row.Prompt}", index))}</div></article>

            """))}</div></section>

        """);
}
