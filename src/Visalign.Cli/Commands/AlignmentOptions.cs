using System.CommandLine;

namespace Visalign.Cli.Commands;

/// <summary>What every command that begins a run can be told.</summary>
internal sealed class AlignmentOptions
{
    internal Option<string?> Out { get; } = new("--out") { Description = "The run folder, missing or empty; without it, runs/SLUG-SEED-TIME.", HelpName = "DIR" };

    internal Option<string?> Seed { get; } = new("--seed") { Description = "The seed, from which everything random follows; short for --set seed=N.", HelpName = "N" };

    internal Option<string[]> Set { get; } = new("--set")
    {
        Description = "Replaces a value of the recipe, as in --set rollout.group_size=4; the last key alone is enough where it is unambiguous.",
        HelpName = "KEY=VALUE",
        DefaultValueFactory = _ => [],
    };

    internal Option<int?> Processes { get; } = ProcessesOption();

    internal Option<bool> Json { get; } = JsonOption();

    internal static Option<bool> JsonOption() => new("--json") { Description = "Print one JSON object with base, aligned, seconds, run and report, and nothing else." };

    internal static Option<int?> ProcessesOption() => NumberOption.Optional("--processes", 1, 64,
        "Processes on this machine that share the work, each with its share of the threads; the bits do not depend on it. Without it one, or those that torchrun or another launcher started.");

    /// <summary>The values that replace those of the recipe.</summary>
    internal IReadOnlyList<string> Overrides(ParseResult parsed) =>
        [.. parsed.GetRequiredValue(Set), .. parsed.GetValue(Seed) is { } seed ? new[] { $"seed={seed}" } : []];
}
