using Visalign.Runs;

namespace Visalign.Studies;

/// <summary>The report of a reproduction: every seed drawn, every baseline in the table.</summary>
internal static class ReproductionReport
{
    /// <summary>Draws the page; the gallery is that of the first seed.</summary>
    /// <returns>The page's whole text, to be written as UTF-8.</returns>
    internal static string Draw(ReproductionSummary summary, IReadOnlyList<KeptRun> runs, (string Words, IReadOnlyList<KeptRun> Runs) tuning)
    {
        var (method, paper) = AlignmentReport.PaperOf(runs[0].Recipe);
        var (before, after) = (summary.Systems[0], summary.Systems[^1]);
        using var policy = Policy.OfRun(runs[0].Path);

        return ReportPage.Render(new()
        {
            Title = $"{method} over {runs.Count} seeds, against its baselines",
            Method = method,
            Paper = paper,
            Headline = new()
            {
                Metric = "exact score",
                Base = before.Score,
                BaseGuidanceScale = before.GuidanceOfSeeds[0],
                Aligned = after.Score,
                Gain = after.Gain,
                PromptCount = before.Evaluations[0].Prompts,
                SeedCount = runs.Count,
            },
            Curves = TrainingCurves.Of([(method, runs), (tuning.Words, tuning.Runs)], [TrainingCurves.Level("base", before.Evaluations[0])]),
            Gallery = BeforeAndAfter.Sample(policy, before.Evaluations[0], after.Evaluations[0]),
            Systems = [.. summary.Systems.Select(Compared)],
            Remarks = [.. runs.SelectMany(run => run.Remarks.Select(remark => new WatchdogRemark(RemarkSeverity.Warning, $"Seed {run.Provenance.Seed}: {remark.Text}", remark.Iteration)))],
            Cost = new(runs.Sum(run => run.Cost().RewardCalls), runs.Sum(run => run.Cost().NetworkEvaluations),
                TimeSpan.FromSeconds(after.Seconds!.Value * runs.Count), $"{AlignmentReport.Threads(runs[0])} of {runs[0].Provenance.Processor}"),
            Recipe = Recipe.File.Resolve(runs[0].Recipe),
            Provenance = AlignmentReport.Origins(runs[0], before.Evaluations[0]),
            Command = FormattableString.Invariant($"visalign reproduce {summary.Slug} --seeds {runs.Count}"),
        });
    }

    private static ComparedSystem Compared(ReproducedSystem system) => new()
    {
        Name = system.Name,
        Role = system.Role,
        Note = system.Note,
        Score = system.Score,
        Gain = system.Role == SystemRole.Base ? null : system.Gain,
        Tasks = AlignmentReport.TasksOf(system.Evaluations),
        RewardCalls = system.RewardCalls,
        WallTime = system.Seconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
    };
}
