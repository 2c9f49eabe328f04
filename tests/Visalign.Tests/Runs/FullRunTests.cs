using System.Text.Json;
using Visalign.Generators;
using Visalign.Runs;

namespace Visalign.Tests.Runs;

/// <summary>The watchdog over the metrics of whole runs: those of docs/studies, healthy by their held-out exact score, and baselines that fell apart.</summary>
public sealed class FullRunTests
{
    public static TheoryData<string> Healthy => [.. from seed in Enumerable.Range(42, 5) from slug in new[] { "diffusion-nft", "flow-grpo" } select $"healthy/{slug}-{seed}"];

    public static TheoryData<string> Sick => [.. Enumerable.Range(42, 5).Select(seed => $"sick/best-of-group-tuning-{seed}")];

    [Theory]
    [MemberData(nameof(Healthy))]
    public void A_run_that_learned_raises_no_alarm(string name) => Assert.Empty(Remarks(name));

    [Theory]
    [MemberData(nameof(Sick))]
    public void A_run_that_fell_apart_is_told_before_two_thirds_of_it(string name)
    {
        var remarks = Remarks(name);

        var (iteration, text) = Assert.Single(remarks);
        Assert.Contains("The trained reward fell from", text, StringComparison.Ordinal);
        Assert.InRange(iteration, 1, 83);
    }

    private static List<(int Iteration, string Text)> Remarks(string name)
    {
        var watchdog = new Watchdog(new(), ["exact"], ["contrast"]);
        string path = ShippedFile.Find($"tests/metrics/{name}.jsonl") ?? throw new FileNotFoundException(name);
        return [.. from line in File.ReadLines(path).Index()
                   let values = JsonSerializer.Deserialize<Dictionary<string, double>>(line.Item)!
                   from remark in watchdog.Observe(values)
                   select (line.Index + 1, remark)];
    }
}
