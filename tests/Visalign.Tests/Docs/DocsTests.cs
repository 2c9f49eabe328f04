using System.Globalization;
using System.Text.RegularExpressions;
using Visalign.Rewards;

namespace Visalign.Tests.Docs;

public sealed partial class DocsTests
{
    private static readonly string Root = Checkout();

    private static string[] Pages => [.. Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md").Order(StringComparer.Ordinal)];

    public static TheoryData<string> PageNames => [.. Pages.Select(path => Path.GetFileName(path))];

    // A line of an ellipsis stands for code that is left out; indentation, access and blank lines may differ.
    [Theory]
    [MemberData(nameof(PageNames))]
    public void Code_in_the_docs_is_code_of_this_project(string page)
    {
        var sources = Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Append(Path.Combine(Root, "tests", "Visalign.Tests", "Docs", "DocsSamples.cs")).Select(path => Plain(File.ReadAllLines(path))).ToList();

        foreach (string block in CodeBlocks(page))
        {
            string[] parts = block.Split("…\n", StringSplitOptions.RemoveEmptyEntries);
            Assert.True(sources.Any(source => parts.All(part => source.Contains(Plain(part.Split('\n')), StringComparison.Ordinal))), $"{page}: no source file holds\n{block}");
        }
    }

    [Fact]
    public void Links_between_the_pages_lead_somewhere()
    {
        foreach (string path in Pages.Append(Path.Combine(Root, "README.md")))
        {
            foreach (Match link in RelativeLink().Matches(File.ReadAllText(path)))
            {
                Assert.True(Path.Exists(Path.Combine(Path.GetDirectoryName(path)!, link.Groups[1].Value)), $"{path}: {link.Groups[1].Value}");
            }
        }
    }

    // The table of the house has the rooms in the order in which data walks through them.
    [Fact]
    public void A_room_of_the_library_uses_only_rooms_before_it()
    {
        string[] rooms = [.. RoomOfTheLibrary().Matches(File.ReadAllText(Path.Combine(Root, "docs", "house.md"))).Select(match => match.Groups[1].Value)];
        Assert.Equal(Directory.EnumerateDirectories(Path.Combine(Root, "src", "Visalign")).Select(path => Path.GetFileName(path)!).Where(name => name is not ("bin" or "obj")).Order(StringComparer.Ordinal),
            rooms.Order(StringComparer.Ordinal));

        var against = from room in rooms
                      from path in Directory.EnumerateFiles(Path.Combine(Root, "src", "Visalign", room), "*.cs", SearchOption.AllDirectories)
                      from used in UsedNamespace().Matches(File.ReadAllText(path)).Select(match => match.Groups[1].Value)
                      where Array.IndexOf(rooms, used) > Array.IndexOf(rooms, room)
                      select $"{room}/{Path.GetFileName(path)} uses {used}";

        Assert.Empty(against);
    }

    [Fact]
    public void The_library_page_aligns_a_model_and_saves_a_picture_in_under_30_lines()
    {
        using var root = new TemporaryFolder();

        var result = DocsSamples.Align(TinyModel.Create(root["model"]), root["run"], iterations: 1, prompts: 6);

        Assert.InRange(CodeBlocks("library.md")[0].TrimEnd().Split('\n').Length, 10, 30);
        Assert.Equal((0, 1), (result.Base.Iteration, result.Aligned.Iteration));
        Assert.True(File.Exists(result.Report));
        Assert.True(new FileInfo(root["run/two-red-circles.png"]).Length > 1000);
    }

    [Fact]
    public void The_world_page_says_what_its_code_prints()
    {
        var verdict = DocsSamples.World();

        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"// {verdict.Correct} {verdict.Score:F2} {verdict.Explanation}\n"), CodeBlocks("world.md")[0]);
    }

    [Fact]
    public void The_rewards_page_lists_every_reward_and_whether_it_has_a_gradient()
    {
        string[] rows = [.. File.ReadAllLines(Path.Combine(Root, "docs", "rewards.md")).Where(line => line.StartsWith("| `", StringComparison.Ordinal))];

        Assert.Equal(RewardCatalog.All.Select(entry => (entry.Name, entry.HasGradient ? "yes" : "no")),
            rows.Select(row => (row.Split('`')[1], row.Split('|')[^2].Trim())));
    }

    private static List<string> CodeBlocks(string page) =>
        [.. File.ReadAllText(Path.Combine(Root, "docs", page)).Split("```csharp\n").Skip(1).Select(rest => rest[..rest.IndexOf("```", StringComparison.Ordinal)])];

    private static string Plain(IEnumerable<string> lines) =>
        string.Join('\n', lines.Select(line => line.Trim().Replace("public ", "", StringComparison.Ordinal)).Where(line => line.Length > 0)) + "\n";

    private static string Checkout()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Visalign.slnx"))) folder = folder.Parent!;
        return folder.FullName;
    }

    [GeneratedRegex(@"^\| `src/Visalign/(\w+)/` \|", RegexOptions.Multiline)]
    private static partial Regex RoomOfTheLibrary();

    [GeneratedRegex(@"^using Visalign\.(\w+);", RegexOptions.Multiline)]
    private static partial Regex UsedNamespace();

    [GeneratedRegex(@"\]\((?!https?:|#)([^)#]+)")]
    private static partial Regex RelativeLink();
}
