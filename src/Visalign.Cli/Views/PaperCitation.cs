using System.Text.RegularExpressions;
using Visalign.Methods;

namespace Visalign.Cli.Views;

/// <summary>Cites papers.</summary>
internal static partial class PaperCitation
{
    /// <summary>A BibTeX entry under the paper's slug; the list names no authors, so neither does the entry.</summary>
    internal static string BibTex(Paper paper)
    {
        var (year, month) = paper.Date.Split('.') is [var before, var after] ? (before, after) : (paper.Date, null);
        List<string> fields = [$"title = {{{{{Escape(paper.Title)}}}}}", $"year = {{{year}}}"];
        if (month is not null)
        {
            fields.Add($"month = {int.Parse(month, System.Globalization.CultureInfo.InvariantCulture)}");
        }

        if (ArxivNumber().IsMatch(paper.Arxiv))
        {
            fields.AddRange([$"eprint = {{{paper.Arxiv}}}", "archivePrefix = {arXiv}", $"url = {{{Address(paper)}}}"]);
        }
        else if (paper.Arxiv.Length > 0)
        {
            fields.Add($"note = {{{Escape(paper.Arxiv)}}}");
        }

        return $"@misc{{{paper.Slug},\n{string.Join(",\n", fields.Select(field => "  " + field))}\n}}";
    }

    /// <summary>Where to read it: an address, or the source in words.</summary>
    internal static string Address(Paper paper) => ArxivNumber().IsMatch(paper.Arxiv) ? $"https://arxiv.org/abs/{paper.Arxiv}" : paper.Arxiv;

    private static string Escape(string text) => Special().Replace(text, @"\$0");

    [GeneratedRegex(@"^\d{4}\.\d{4,5}$")]
    private static partial Regex ArxivNumber();

    [GeneratedRegex("[&%$#_]")]
    private static partial Regex Special();
}
