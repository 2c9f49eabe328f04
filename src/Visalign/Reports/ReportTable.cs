namespace Visalign.Reports;

/// <summary>A plain table of a report: a first column of names, then cells.</summary>
/// <param name="Caption">What it shows, in a sentence.</param>
/// <param name="Columns">Headings, that of the names first.</param>
/// <param name="Rows">As many cells each as there are columns.</param>
public sealed record ReportTable(string Caption, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows)
{
    internal Markup Render() => Markup.Of($"""
        <div class="card scroll plain" tabindex="0" role="region" aria-label="{Caption}"><table><caption>{Caption}</caption>
        <thead><tr>{Columns.Select(column => Markup.Of($"""<th scope="col">{column}</th>"""))}</tr></thead>
        <tbody>{Rows.Select(row => Markup.Of($"""
            <tr><th scope="row">{row[0]}</th>{row.Skip(1).Select(cell => Markup.Of($"<td>{cell}</td>"))}</tr>

            """))}</tbody></table></div>
        """);
}
