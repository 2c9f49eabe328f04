using System.Text.Json;
using Visalign.Cli;
using Visalign.Cli.Views;
using Visalign.Methods;

namespace Visalign.Tests.Cli;

public sealed class PapersCommandTests
{
    private static readonly IReadOnlyList<Paper> Papers = PaperCatalog.Load();

    [Fact]
    public void The_JSON_is_one_array_of_135_objects_with_exactly_the_promised_keys()
    {
        var invocation = Invocation.Of("papers", "--json");

        Assert.Equal((ExitCode.Done, ""), (invocation.Code, invocation.Error));
        var rows = JsonDocument.Parse(invocation.Output).RootElement.EnumerateArray().ToList();
        Assert.Equal(135, rows.Count);
        Assert.All(rows, row =>
        {
            Assert.Equal(["slug", "section", "recipe", "runs", "oracle", "shown", "claim_held", "name", "title", "date", "arxiv", "summary", "study"], row.EnumerateObject().Select(property => property.Name));
            Assert.All(["slug", "section", "recipe", "name", "title", "date", "arxiv", "summary"], key => Assert.Equal(JsonValueKind.String, row.GetProperty(key).ValueKind));
            Assert.All(["runs", "oracle", "shown"], key => Assert.Contains(row.GetProperty(key).ValueKind, new[] { JsonValueKind.True, JsonValueKind.False }));
            Assert.True(row.GetProperty("claim_held") is { ValueKind: JsonValueKind.Null } or { ValueKind: JsonValueKind.String });
        });
    }

    [Fact]
    public void The_JSON_of_one_paper_tells_what_its_card_tells()
    {
        var paper = Papers.First(paper => paper.Study is { Result.Length: > 0 });

        var row = JsonDocument.Parse(Invocation.Of("papers", paper.Slug, "--json").Output).RootElement[0];

        Assert.Equal([paper.Name, paper.Title, paper.Date, paper.Arxiv, paper.Summary], ((string[])["name", "title", "date", "arxiv", "summary"]).Select(key => row.GetProperty(key).GetString()));
        Assert.Equal([("hypothesis", paper.Study!.Hypothesis), ("baselines", paper.Study.Baselines), ("budget", paper.Study.Budget), ("command", paper.Study.Command), ("result", paper.Study.Result)],
            row.GetProperty("study").EnumerateObject().Select(entry => (entry.Name, entry.Value.GetString()!)));
    }

    [Fact]
    public void Piped_the_list_is_plain_text_with_a_line_for_each_paper()
    {
        string[] lines = Invocation.Of("papers").Output.Split('\n');

        Assert.All(Papers, paper => Assert.Single(lines, line => line.StartsWith(paper.Slug + " ", StringComparison.Ordinal) && line.Contains(paper.Title, StringComparison.Ordinal)));
        Assert.DoesNotContain(lines, line => line.Contains('\u001b', StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith($"135 papers: {Papers.Count(paper => paper.Runs)} run here, ", StringComparison.Ordinal));
    }

    [Fact]
    public void One_paper_is_told_with_its_summary_and_source()
    {
        var paper = PaperCatalog.Find(Papers, "flow-grpo");

        string card = Invocation.Of("papers", "flow-grpo").Output;

        Assert.StartsWith($"Flow-GRPO (flow-grpo)\n{paper.Title}\n\n{paper.Summary}\n\n", card, StringComparison.Ordinal);
        Assert.Contains("https://arxiv.org/abs/2505.05470", card, StringComparison.Ordinal);
    }

    [Fact]
    public void A_paper_on_arXiv_is_cited_by_its_number()
    {
        Assert.Equal(
            """
            @misc{flow-grpo,
              title = {{Flow-GRPO: Training Flow Matching Models via Online RL}},
              year = {2025},
              month = 5,
              eprint = {2505.05470},
              archivePrefix = {arXiv},
              url = {https://arxiv.org/abs/2505.05470}
            }

            """,
            Invocation.Of("papers", "flow-grpo", "--bibtex").Output);
    }

    [Fact]
    public void A_paper_elsewhere_is_cited_in_words_and_with_special_characters_escaped()
    {
        var paper = Papers[0] with { Slug = "elsewhere", Title = "100% R&D", Arxiv = "openreview a_b", Date = "2024" };

        Assert.Equal("@misc{elsewhere,\n  title = {{100\\% R\\&D}},\n  year = {2024},\n  note = {openreview a\\_b}\n}", PaperCitation.BibTex(paper));
    }

    [Fact]
    public void All_papers_can_be_cited_at_once()
    {
        string entries = Invocation.Of("papers", "--bibtex").Output;

        Assert.Equal(Papers.Select(paper => $"@misc{{{paper.Slug},"), entries.Split('\n').Where(line => line.StartsWith('@')));
    }
}
