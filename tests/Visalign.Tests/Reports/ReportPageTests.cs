using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using FsCheck.Xunit;
using Visalign.Benchmarks;
using Visalign.Reports;

namespace Visalign.Tests.Reports;

public sealed partial class ReportPageTests
{
    private const string Attack = "</title></script><script>alert(1)</script>\"' onload='x' & \u0001";

    [Fact]
    public void Full_page_is_well_formed_with_unique_ids_that_resolve()
    {
        var html = ReportPage.Render(InventedReport.Full());

        // VISALIGN_REPORT_PREVIEW=page.html keeps the page for looking at it.
        if (Environment.GetEnvironmentVariable("VISALIGN_REPORT_PREVIEW") is { } path)
            File.WriteAllText(path, html);
        var page = Parse(html);
        var ids = page.Descendants().Attributes("id").Select(id => id.Value).ToArray();
        Assert.Equal(ids.Distinct().Count(), ids.Length);
        var references = page.Descendants().SelectMany(element => element.Attributes())
            .Where(attribute => attribute.Name.LocalName is "aria-labelledby" or "aria-describedby" or "data-copy")
            .Select(attribute => attribute.Value)
            .Concat(page.Descendants("a").Attributes("href").Where(href => href.Value.StartsWith('#')).Select(href => href.Value[1..]));
        Assert.All(references, id => Assert.Contains(id, ids));
    }

    [Fact]
    public void Nothing_is_loaded_from_anywhere()
    {
        var html = ReportPage.Render(InventedReport.Full());

        var page = Parse(html);
        Assert.All(page.Descendants().Attributes("src"), source => Assert.StartsWith("data:image/png;base64,", source.Value));
        Assert.Empty(page.Descendants("link"));
        Assert.DoesNotContain(page.Descendants().Attributes(), attribute =>
            attribute.Name.LocalName is "srcset" or "style" || attribute.Name.LocalName.StartsWith("on", StringComparison.Ordinal));
        Assert.DoesNotMatch("url\\(|@import|fetch\\(|XMLHttpRequest|import\\(", html);
        // The only addresses are the link to the paper and the name of the SVG namespace.
        Assert.All(Address().Matches(html), address => Assert.True(address.Value is "https://arxiv.org" or "http://www.w3.org", address.Value));
    }

    [Fact]
    public void Policy_allows_exactly_the_pages_own_script_and_style()
    {
        var html = ReportPage.Render(InventedReport.Full());

        var policy = Parse(html).Descendants("meta").Single(meta => meta.Attribute("http-equiv") is not null).Attribute("content")!.Value;
        Assert.StartsWith("default-src 'none';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Contains($"script-src {Hash(html, "script")}", policy, StringComparison.Ordinal);
        Assert.Contains($"style-src {Hash(html, "style")}", policy, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_text_is_escaped()
    {
        var full = InventedReport.Full();
        var hostile = full with
        {
            Title = Attack,
            Method = Attack,
            Paper = new(Attack, Attack, 2025, Attack),
            Headline = full.Headline with { Metric = Attack },
            Curves = [.. full.Curves.Select(panel => panel with
            {
                Title = Attack, Note = Attack, XLabel = Attack,
                Series = [.. panel.Series.Select(series => series with { Name = Attack })],
                References = [new(Attack, 0.5)],
            })],
            Gallery = [.. full.Gallery.Select(pair => new PicturePair(Attack, pair.Before with { Verdict = [Attack] }, pair.After))],
            Systems = [.. full.Systems.Select(system => system with { Name = Attack, Note = Attack, Tasks = [.. system.Tasks.Select(score => score with { Task = Attack })] })],
            Remarks = [new(RemarkSeverity.Alarm, Attack)],
            Cost = full.Cost with { Machine = Attack },
            Recipe = Attack,
            Command = Attack,
            Provenance = [new(Attack, Attack)],
        };

        var html = ReportPage.Render(hostile);

        Assert.DoesNotContain("<script>alert", html, StringComparison.Ordinal);
        var page = Parse(html);
        Assert.Single(page.Descendants("script"));
        Assert.Equal(
            Parse(ReportPage.Render(full)).Descendants().Where(element => element.Name != "text").Select(Shape).Where(IsFixed).ToHashSet(),
            page.Descendants().Where(element => element.Name != "text").Select(Shape).Where(IsFixed).ToHashSet());
        Assert.Contains(page.Descendants("h3"), heading => heading.Value == Attack.Replace('\u0001', '\uFFFD'));

        // An element with the names of its attributes: what an escaped text can never change.
        static string Shape(XElement element) => $"{element.Name} {string.Join(' ', element.Attributes().Select(attribute => attribute.Name))}";
        static bool IsFixed(string shape) => !shape.StartsWith("path", StringComparison.Ordinal);
    }

    [Fact]
    public void Every_text_of_a_comparison_is_escaped()
    {
        var full = InventedReport.Full();
        CurveSeries series = new(Attack, [new(1, [new(0.1, 0.2), new(0.3, 0.1)]), new(2, [new(0.1, 0.2), new(0.2, 0.4)])]);
        var hostile = full with
        {
            Gallery = [],
            Lineup = [new(Attack, [(Attack, full.Gallery[0].Before with { Verdict = [Attack] })])],
            Paths = [new() { Title = Attack, Note = Attack, XLabel = Attack, YLabel = Attack, Series = [series] }],
            Duels = new(Attack, [Attack], [[Attack]]),
            Failures = [Attack],
            Ground = [new(Attack, Attack)],
            Own = new(Attack, [Attack, Attack], [[Attack, Attack]]),
            Systems = [.. full.Systems, full.Systems[^1] with { Name = Attack, Role = SystemRole.Aligned, Series = 6, Seeds = [0.1, 0.2], Diversity = 3 }],
            Headline = full.Headline with { Meaning = Attack },
        };

        var page = Parse(ReportPage.Render(hostile));

        Assert.Single(page.Descendants("script"));
        Assert.Equal(2, page.Descendants("path").Count(path => (string?)path.Attribute("class") == "seed s0" && path.Ancestors("figure").Single().Attribute("id")!.Value == "path-1"));
        Assert.All(["failures", "pictures", "duels", "ground"], id => Assert.Contains("alert(1)", page.Descendants("section").Single(section => (string?)section.Attribute("id") == id).Value, StringComparison.Ordinal));
    }

    [Property]
    public bool Any_text_survives_the_way_to_the_page(string? text)
    {
        var html = ReportPage.Render(InventedReport.Minimal() with { Recipe = "recipe:" + text });

        var shown = Parse(html).Descendants("pre").Single(pre => (string?)pre.Attribute("id") == "recipe").Value;
        return shown == string.Concat(("recipe:" + text).TrimEnd('\n').Select(c => char.IsControl(c) && c is not ('\n' or '\t') || char.IsSurrogate(c) ? '\uFFFD' : c));
    }

    [Fact]
    public void Hovering_finds_the_values_of_every_seed_and_the_place_of_the_mean()
    {
        CurveSeries series = new("aligned", [new(7, [new(0, 0.25), new(10, 0.5)]), new(8, [new(0, 0.75), new(10, double.NaN)])]);
        var data = InventedReport.Minimal() with { Curves = [new() { Title = "score", XLabel = "iteration", Series = [series], Format = ValueFormat.Share }] };

        var chart = Parse(ReportPage.Render(data)).Descendants("figure").Single(figure => (string?)figure.Attribute("id") == "curve-1");

        Assert.Equal(["iteration", "aligned, mean", "seed 7", "seed 8"], chart.Descendants("th").Where(th => (string?)th.Attribute("scope") == "col").Select(th => th.Value));
        var rows = chart.Descendants("tr").Where(row => row.Attribute("data-x") is not null).ToArray();
        Assert.Equal(["0 | 50.0 % | 25.0 % | 75.0 %", "10 |  | 50.0 % | not a number"], rows.Select(row => string.Join(" | ", row.Elements().Select(cell => cell.Value)).Replace('\u202F', ' ')));
        Assert.Equal([1, 0], rows.Select(row => row.Elements().Attributes("data-y").Count()));
        Assert.Equal("0", chart.Descendants("div").First(div => (string?)div.Attribute("class") == "plot").Attribute("tabindex")!.Value);
    }

    [Fact]
    public void Report_of_required_parts_alone_renders_without_the_other_sections()
    {
        var page = Parse(ReportPage.Render(InventedReport.Minimal()));

        var sections = page.Descendants("section").Attributes("id").Select(id => id.Value);
        Assert.Equal(["watchdog", "cost", "reproduce"], sections);
        Assert.Contains("no remark was made", page.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Single_seed_is_drawn_once_and_as_the_thick_line()
    {
        CurveSeries series = new("aligned", [new(7, [new(0, 1), new(1, 2)])]);
        var data = InventedReport.Minimal() with { Curves = [new() { Title = "score", XLabel = "iteration", Series = [series] }] };

        var paths = Parse(ReportPage.Render(data)).Descendants("path").Attributes("class").Select(name => name.Value).ToArray();

        Assert.Contains("mean s0", paths);
        Assert.DoesNotContain("seed s0", paths);
    }

    [Fact]
    public void Panels_without_a_finite_value_say_so()
    {
        CurvePanel Panel(params SeedLine[] seeds) => new() { Title = "score", XLabel = "iteration", Series = [new("aligned", seeds)] };
        var data = InventedReport.Minimal() with { Curves = [Panel(), Panel(new SeedLine(1, [])), Panel(new SeedLine(1, [new(0, double.NaN)]))] };

        var page = Parse(ReportPage.Render(data));

        Assert.Equal(3, page.Descendants("p").Count(p => p.Value == "No value was recorded."));
    }

    [Fact]
    public void Long_curves_keep_their_last_value_and_tell_that_the_table_is_thinned()
    {
        CurveSeries series = new("aligned", [new(1, [.. Enumerable.Range(0, 1000).Select(i => new CurvePoint(i, i))])]);
        var data = InventedReport.Minimal() with { Curves = [new() { Title = "score", XLabel = "iteration", Series = [series] }] };

        var chart = Parse(ReportPage.Render(data)).Descendants("figure").Single();

        var rows = chart.Descendants("tr").Where(row => row.Attribute("data-x") is not null).ToArray();
        Assert.Equal(200, rows.Length);
        Assert.Equal("999", rows[^1].Elements().First().Value);
        Assert.Equal("score, every 5th of 1000 points", chart.Descendants("caption").Single().Value);
    }

    [Theory]
    [InlineData(0.02, 0.05, "The interval resamples prompts and seeds together.")]
    [InlineData(-0.01, 0.05, "does not show an improvement")]
    [InlineData(-0.05, -0.01, "worse than the base")]
    public void Headline_says_what_the_interval_of_the_gain_means(double low, double high, string expected)
    {
        var minimal = InventedReport.Minimal();
        var data = minimal with { Headline = minimal.Headline with { Gain = new((low + high) / 2, new Interval(low, high)) } };

        Assert.Contains(expected, ReportPage.Render(data), StringComparison.Ordinal);
    }

    [Fact]
    public void Gallery_counts_its_outcomes()
    {
        JudgedPicture Judged(bool? isCorrect) => new(InventedReport.Png(8, 1, true), [], isCorrect);
        var data = InventedReport.Minimal() with
        {
            Gallery = [new("a", Judged(false), Judged(true)), new("b", Judged(false), Judged(true)), new("c", Judged(true), Judged(false)), new("d", Judged(null), Judged(true))],
        };

        var filter = Parse(ReportPage.Render(data)).Descendants("fieldset").Single();

        Assert.Equal(["All 4", "Fixed 2", "Broken 1", "Not judged 1"], filter.Elements("label").Select(label => label.Value));
    }

    [Fact]
    public void Faulty_input_is_refused_with_the_place()
    {
        var minimal = InventedReport.Minimal();
        JudgedPicture good = new(InventedReport.Png(8, 1, true), [], null), bad = new([1, 2, 3], [], null);
        CurveSeries series = new("a", []), repeated = new("kl", [new(7, [new(0, 1), new(10, 1), new(10, 2)])]);

        Assert.Contains("pair 1, picture after", Fault(minimal with { Gallery = [new("a", good, good), new("b", good, bad)] }), StringComparison.Ordinal);
        Assert.Contains("8 series", Fault(minimal with { Curves = [new() { Title = "t", XLabel = "x", Series = [.. Enumerable.Repeat(series, 8)] }] }), StringComparison.Ordinal);
        Assert.Contains("'kl', seed 7: x = 10 follows 10", Fault(minimal with { Curves = [new() { Title = "t", XLabel = "x", Series = [repeated] }] }), StringComparison.Ordinal);
    }

    private static string Fault(ReportData data) => Assert.Throws<InputException>(() => ReportPage.Render(data)).Message;

    // The page is XML too, once the script, whose text is not markup, is emptied.
    private static XElement Parse(string html)
    {
        var text = Regex.Replace(html, "<script>.*?</script>", "<script></script>", RegexOptions.Singleline);
        using var reader = XmlReader.Create(new StringReader(text), new() { DtdProcessing = DtdProcessing.Ignore });
        return XElement.Load(reader, LoadOptions.PreserveWhitespace);
    }

    private static string Hash(string html, string element)
    {
        var text = Regex.Match(html, $"<{element}>(.*?)</{element}>", RegexOptions.Singleline).Groups[1].Value;
        return $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}'";
    }

    [GeneratedRegex("https?://[a-z0-9.]*", RegexOptions.IgnoreCase)]
    private static partial Regex Address();
}
