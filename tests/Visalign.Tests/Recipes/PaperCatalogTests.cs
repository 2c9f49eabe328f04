using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Visalign.Methods;

namespace Visalign.Tests.Recipes;

public sealed partial class PaperCatalogTests
{
    private const string Sound = """
        slug: flow-grpo
        name: 'Flow-GRPO'
        title: 'Flow-GRPO: Training Flow Matching Models via Online RL'
        arxiv: '2505.05470'
        date: '2025.05'
        section: rl
        summary: 'Trains.'
        claim_held: no
        """;

    private static readonly IReadOnlyList<Paper> Papers = PaperCatalog.Load();

    [Fact]
    public void It_holds_every_paper_once_in_reading_order()
    {
        Assert.Equal(135, Papers.Count);
        Assert.Equal(135, Papers.Select(paper => paper.Slug).Distinct().Count());
        Assert.Equal(Papers, Papers.OrderBy(paper => paper.Section).ThenBy(paper => paper.Date, StringComparer.Ordinal).ThenBy(paper => paper.Slug, StringComparer.Ordinal));
        Assert.Equal("trpo", Papers[0].Slug);
    }

    [Theory]
    [InlineData(PaperSection.RlBasics, 5)]
    [InlineData(PaperSection.Rl, 22)]
    [InlineData(PaperSection.Preference, 31)]
    [InlineData(PaperSection.MultiObjective, 5)]
    [InlineData(PaperSection.RewardFeedback, 10)]
    [InlineData(PaperSection.Autoregressive, 16)]
    [InlineData(PaperSection.Prompting, 5)]
    [InlineData(PaperSection.TechReport, 8)]
    [InlineData(PaperSection.RewardModel, 15)]
    [InlineData(PaperSection.Benchmark, 18)]
    public void Each_section_is_complete(PaperSection section, int count)
    {
        Assert.Equal(count, Papers.Count(paper => paper.Section == section));
    }

    [Fact]
    public void Each_paper_is_told_in_a_sentence_and_claims_only_what_has_a_recipe()
    {
        Assert.All(Papers, paper =>
        {
            Assert.Matches(OneSentence(), paper.Summary);
            Assert.Matches(@"^(19|20)\d\d(\.(0[1-9]|1[0-2]))?$", paper.Date);
            Assert.NotEmpty(paper.Name);
            Assert.NotEmpty(paper.Title);
            Assert.True(paper.Recipe.Length > 0 || !paper.Runs, $"{paper.Slug} runs without a recipe.");
            Assert.True(paper.Shown || paper.ClaimHeld is null, $"{paper.Slug} has a verdict without a comparison.");
        });
        Assert.Equal(Papers.Count, Papers.Select(paper => paper.Summary).Distinct().Count());
    }

    [Fact]
    public void The_JSON_has_exactly_its_keys()
    {
        var papers = new[] { PaperCatalog.Parse("flow-grpo.yaml", Sound), Papers[0] with { Recipe = "recipes/trpo.yaml", Runs = true, Oracle = true, Shown = true, ClaimHeld = null,
            Name = "N", Title = "T", Date = "2015", Arxiv = "", Summary = "S.", Study = new() { Hypothesis = "H", Baselines = "B", Budget = "C", Command = "D" } } };

        var expected = JsonNode.Parse("""
            [
              { "slug": "flow-grpo", "section": "rl", "recipe": "", "runs": false, "oracle": false, "shown": false, "claim_held": "no",
                "name": "Flow-GRPO", "title": "Flow-GRPO: Training Flow Matching Models via Online RL", "date": "2025.05", "arxiv": "2505.05470", "summary": "Trains.", "study": null },
              { "slug": "trpo", "section": "rl-basics", "recipe": "recipes/trpo.yaml", "runs": true, "oracle": true, "shown": true, "claim_held": null,
                "name": "N", "title": "T", "date": "2015", "arxiv": "", "summary": "S.",
                "study": { "hypothesis": "H", "baselines": "B", "budget": "C", "command": "D", "result": "" } }
            ]
            """);
        Assert.True(JsonNode.DeepEquals(expected, JsonNode.Parse(PaperCatalog.ToJson(papers))));
    }

    [Theory]
    [InlineData("section: rl", "section: rll", "flow-grpo.yaml(6,10): unknown value 'rll' for 'section'. Did you mean 'rl'?")]
    [InlineData("summary: 'Trains.'\n", "", "flow-grpo.yaml(1,1): missing key 'summary'.")]
    [InlineData("claim_held: no", "claim_hold: no", "flow-grpo.yaml(8,1): unknown key 'claim_hold'. Did you mean 'claim_held'?")]
    [InlineData("claim_held: no", "runs: no", "flow-grpo.yaml(8,7): 'runs' expects true or false, found 'no'.")]
    [InlineData("slug: flow-grpo", "slug: flow-grop", "flow-grpo.yaml: the slug is 'flow-grop', expected the name of the file, 'flow-grpo'.")]
    public void A_broken_paper_is_one_sentence(string sound, string broken, string sentence)
    {
        var mistake = Assert.Throws<InputException>(() => PaperCatalog.Parse("flow-grpo.yaml", Sound.Replace(sound, broken, StringComparison.Ordinal)));

        Assert.Equal(sentence, mistake.Message);
    }

    [Fact]
    public void A_folder_of_papers_is_read_like_the_built_in_ones()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "flow-grpo.yaml"), Sound);

            Assert.Equal([PaperCatalog.Parse("flow-grpo.yaml", Sound)], PaperCatalog.Load(folder.FullName));
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        Assert.Equal($"{folder.FullName}: no such folder, expected the one with the papers' YAML files.", Assert.Throws<InputException>(() => PaperCatalog.Load(folder.FullName)).Message);
    }

    [Fact]
    public void An_unknown_slug_is_told_with_the_nearest_one()
    {
        Assert.Equal("Flow-GRPO", PaperCatalog.Find(Papers, "flow-grpo").Name);
        Assert.Equal("No paper is called 'flow-grop'. Did you mean 'flow-grpo'?", Assert.Throws<InputException>(() => PaperCatalog.Find(Papers, "flow-grop")).Message);
    }

    [GeneratedRegex(@"^[A-Z][^.!?\n]{40,300}\.$")]
    private static partial Regex OneSentence();
}
