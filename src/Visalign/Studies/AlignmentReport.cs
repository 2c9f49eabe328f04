using System.Globalization;
using Visalign.Benchmarks;
using Visalign.Methods;
using Visalign.Reports;
using Visalign.Runs;
using Visalign.Worlds;

namespace Visalign.Studies;

/// <summary>The report of a finished run, drawn from its folder alone.</summary>
public static class AlignmentReport
{
    private const string Command = "# The recipe below stands beside this page.\nvisalign align recipe.yaml";

    /// <summary>Draws the page, and samples the gallery for it.</summary>
    /// <returns>The page's whole text, to be written as UTF-8.</returns>
    /// <exception cref="InputException">The run has not ended, or something in its folder is missing or damaged.</exception>
    public static string Draw(KeptRun run)
    {
        using var policy = Policy.OfRun(run.Path);
        var cost = run.Cost();
        var before = EvaluationFolder.Get<KeptEvaluation>(run.Path, EvaluationFolder.Base);
        var after = EvaluationFolder.Get<KeptEvaluation>(run.Path, EvaluationFolder.Result);
        var gain = CrossedBootstrap.PairedGain([before.Scores], [after.Scores]);
        var recipe = run.Recipe;
        var (method, paper) = PaperOf(recipe);
        ComparedSystem aligned = System(method, SystemRole.Aligned, after) with { Gain = gain, RewardCalls = cost.RewardCalls, WallTime = run.TrainingTime };

        return ReportPage.Render(new()
        {
            Title = $"{method} on {Path.GetFileName(Path.TrimEndingDirectorySeparator(recipe.Model))}",
            Method = method,
            Paper = paper,
            Headline = new()
            {
                Metric = before.Metric,
                Format = FormatOf(before),
                Base = Score(before.Scores),
                BaseGuidanceScale = before.GuidanceScale,
                AlignedGuidanceScale = after.GuidanceScale,
                Aligned = Score(after.Scores),
                Gain = gain,
                PromptCount = before.Prompts,
                SeedCount = 1,
            },
            Curves = TrainingCurves.Of(run, [TrainingCurves.Level("base", before), TrainingCurves.Level("result", after)]),
            Gallery = BeforeAndAfter.Sample(policy, before, after),
            Systems = [System("Base", SystemRole.Base, before), aligned],
            Remarks = [.. run.Remarks.Select(remark => new WatchdogRemark(RemarkSeverity.Warning, remark.Text, remark.Iteration == 0 ? null : remark.Iteration))],
            Cost = new(cost.RewardCalls, cost.NetworkEvaluations, run.TrainingTime, $"{Threads(run)} of {run.Provenance.Processor}"),
            Recipe = Recipe.File.Resolve(recipe),
            Provenance = Origins(run, before),
            Command = Command,
        });
    }

    /// <summary>The method's name and its paper, where the list has it.</summary>
    internal static (string Method, ReportPaper? Paper) PaperOf(Recipe recipe)
    {
        string slug = MethodCatalog.NameOf(recipe.Method);
        return PaperCatalog.Load().FirstOrDefault(paper => paper.Slug == slug) is { } paper
            ? (paper.Name, new(paper.Title, null, int.Parse(paper.Date[..4], CultureInfo.InvariantCulture), paper.Arxiv is [>= '0' and <= '9', ..] ? paper.Arxiv : null))
            : (slug, null);
    }

    private static ComparedSystem System(string name, SystemRole role, KeptEvaluation kept) => new()
    {
        Name = name,
        Role = role,
        Note = string.Create(CultureInfo.InvariantCulture, $"at its best guidance scale, {kept.GuidanceScale}{(kept.Unscored > 0 ? $"; {kept.Unscored} of {kept.Prompts} pictures have no score" : "")}"),
        Score = Score(kept.Scores),
        Tasks = TasksOf([kept]),
    };

    /// <summary>How scores of an evaluation are written.</summary>
    internal static ValueFormat FormatOf(KeptEvaluation kept) => kept.Metric == Examination.ExactScore ? ValueFormat.Share : ValueFormat.Number;

    /// <summary>Each task's score with an interval over its prompts and the seeds.</summary>
    internal static IReadOnlyList<TaskScore> TasksOf(IReadOnlyList<KeptEvaluation> seeds) => seeds[0].Tasks.Count == 0 ? [] :
    [
        .. Enumerable.Range(0, seeds[0].Prompts).GroupBy(index => PromptSampler.Draw(seeds[0].Split, HeldOutEvaluation.Seed, index).Request.Task).OrderBy(task => task.Key)
            .Select(task => new TaskScore(Evaluation.NameOf(task.Key).Replace('-', ' '),
                CrossedBootstrap.Mean([.. seeds.Select(seed => seed.Scores).Select(scores => task.Select(index => scores[index]).ToArray())]))),
    ];

    /// <summary>"2 threads".</summary>
    internal static string Threads(KeptRun run) => ReportNumbers.Count(run.Provenance.Threads, "thread");

    private static Estimate Score(double[] scores) => CrossedBootstrap.Mean([scores]);

    /// <summary>The provenance table.</summary>
    internal static IReadOnlyList<ProvenanceEntry> Origins(KeptRun run, KeptEvaluation measured) =>
    [
        new("Program", run.Provenance.Program),
        new("Engine", $"{run.Provenance.Engine}, {Threads(run)}"),
        new("BLAS kernels", run.Provenance.BlasCore),
        new("Processor", run.Provenance.Processor),
        new("System", $"{run.Provenance.OperatingSystem}, {run.Provenance.Runtime}"),
        new("Base model", $"{run.Recipe.Model}, sha256 {run.Provenance.BaseHash}"),
        .. run.Provenance.DataHash is { } data ? new[] { new ProvenanceEntry("Data and judges", $"{string.Join(", ", run.Recipe.Data())}, sha256 {data}") } : [],
        new("Seed", run.Provenance.Seed.ToString(CultureInfo.InvariantCulture)),
        new("Measured with", string.Create(CultureInfo.InvariantCulture, $"{(measured.Steps is { } steps ? $"{steps} ODE steps" : "tokens at temperature 1")}, prompts and chance of seed {HeldOutEvaluation.Seed}")),
    ];
}
