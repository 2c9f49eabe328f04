using System.Text.RegularExpressions;
using Visalign.Records;

namespace Visalign.Runs;

/// <summary>What of a recipe was edited after its run had begun.</summary>
internal static partial class RecipeChange
{
    // They say how long a run trains, and what is measured, told and borne meanwhile; the bits of an iteration do not depend on them.
    private static readonly string[] FreeSections = ["budget", "evaluation", "samples", "watchdog", "failures"];

    /// <summary>Refuses changes after which the iterations done and those to come would follow two recipes.</summary>
    /// <param name="path">The file that was edited.</param>
    /// <param name="begun">What the run was begun with.</param>
    /// <param name="now">What the file says now.</param>
    /// <returns>A sentence for each judge that is reached in another way, which may be the same judge that has moved.</returns>
    /// <exception cref="InputException">The keys that differ.</exception>
    public static IReadOnlyList<string> Require(string path, Recipe begun, Recipe now)
    {
        var changes = Recipe.File.Differences(WithoutPaths(begun), WithoutPaths(now)).Where(change => !FreeSections.Contains(change.Key.Split('.')[0]) && !Patience().IsMatch(change.Key)).ToList();
        var grave = changes.Where(change => !Place().IsMatch(change.Key)).ToList();
        if (grave.Count > 0)
            throw new InputException($"{path}: {string.Join("; ", grave.Select(change => $"{change.Key} is {change.Other ?? "missing"}, but the run was begun with {change.One ?? "none"}"))}; "
                + $"put {(grave.Count == 1 ? "it" : "them")} back, or begin another run with --out.");
        return [.. changes.Select(change => $"{change.Key} is {change.Other} now and was {change.One} when the run was begun; the rewards are comparable only if the judge there is the same.")];
    }

    // Models and data are known by their content, which provenance holds, and may have moved.
    private static Recipe WithoutPaths(Recipe recipe) => InputPaths.Map(recipe, _ => "");

    [GeneratedRegex(@"^(rewards|heldout)\.\d+\.(timeout_seconds|retry_count|retry_delay_seconds)$")]
    private static partial Regex Patience();

    [GeneratedRegex(@"^(rewards|heldout)\.\d+\.(url|command)$")]
    private static partial Regex Place();
}
