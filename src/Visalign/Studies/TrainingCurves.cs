using System.Globalization;
using Visalign.Methods;
using Visalign.Reports;
using Visalign.Runs;

namespace Visalign.Studies;

/// <summary>The curves of a report: held-out scores while training, and what the metrics noted.</summary>
internal static class TrainingCurves
{
    private static readonly MetricKind[] Common =
    [
        new("reward/", "Reward on training prompts", "Rises, then flattens."),
        new("kl/", "KL to the base", "Grows slowly; a jump means the policy left the base's neighborhood."),
        new("clip/", "Share of clipped ratios", "Positive: samples better than their group; negative: worse. Near 0 the updates are small, near 1 they are cut off.", IsShare: true),
        new("group/", "Groups", "A group whose samples all got the same reward teaches nothing.", IsShare: true),
        new("diversity/", "Diversity within a prompt", "A collapse to one picture shows here first."),
        new("heldout/", "Judges that were watched, not trained on", "Falling here while the reward rises is a sign that the reward is being gamed."),
    ];

    /// <summary>The held-out score first, then a panel for each kind of metric.</summary>
    /// <param name="levels">Scores to draw across the first panel.</param>
    internal static IReadOnlyList<CurvePanel> Of(KeptRun run, IReadOnlyList<ReferenceLine> levels) => [.. HeldOut(run, levels), .. OfMetrics([run])];

    /// <summary>A panel for each kind of metric.</summary>
    /// <param name="runs">Of one recipe under several seeds.</param>
    internal static IReadOnlyList<CurvePanel> OfMetrics(IReadOnlyList<KeptRun> runs)
    {
        var seeds = runs.Select(run => (run.Provenance.Seed, run.Metrics)).ToList();
        var metrics = seeds.SelectMany(run => run.Metrics).ToList();
        string[] names = [.. metrics.SelectMany(line => line.Values.Keys).Distinct().Where(name => SaysSomething(name, runs[0].Recipe, metrics)).Order(StringComparer.Ordinal)];

        return [.. Common.Concat(runs[0].Recipe.Method.Metrics).SelectMany(kind => Panels(kind, names, seeds))];
    }

    private static IEnumerable<CurvePanel> HeldOut(KeptRun run, IReadOnlyList<ReferenceLine> levels)
    {
        var curve = EvaluationFolder.Curve(run.Path);
        if (curve.Count == 0) yield break;
        var first = curve[0];
        yield return new()
        {
            Title = $"The {first.Metric} while training",
            Note = string.Create(CultureInfo.InvariantCulture, $"On the first {first.Prompts} {first.Asked}, at {(run.Recipe.Evaluation.CurveGuidance == CurveGuidance.Best ? "the guidance scale that was best at that point" : $"the guidance scale of the rollouts, {first.GuidanceScale}")}."),
            XLabel = "iteration",
            Format = AlignmentReport.FormatOf(first),
            Series = [new("policy", [new(run.Provenance.Seed, [.. curve.Select(kept => new CurvePoint(kept.Iteration, kept.Score))])])],
            References = levels,
        };
    }

    /// <summary>A score to draw across.</summary>
    internal static ReferenceLine Level(string name, KeptEvaluation kept) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{name}, best guidance ({kept.GuidanceScale}), {kept.Prompts} prompts"), kept.Score);

    // The mean of a single reward is that reward, and failures are told where there were any.
    private static bool SaysSomething(string name, Recipe recipe, IReadOnlyList<IterationLine> metrics) => name switch
    {
        "reward/mean" => recipe.Rewards.Count > 1 || recipe.Rewards[0].Weight != 1,
        "reward/failures" => metrics.Any(line => line.Values.GetValueOrDefault(name) > 0),
        _ => true,
    };

    private static IEnumerable<CurvePanel> Panels(MetricKind kind, IEnumerable<string> all, IReadOnlyList<(long Seed, IReadOnlyList<IterationLine> Metrics)> runs) =>
        all.Where(name => name.StartsWith(kind.Prefix, StringComparison.Ordinal))
            .Chunk(ReportMarks.Count).Select(names => new CurvePanel
            {
                Title = kind.Title,
                Note = kind.Note,
                XLabel = "iteration",
                Format = kind.IsShare ? ValueFormat.Share : ValueFormat.Number,
                Series = [.. names.Select(name => new CurveSeries(name[kind.Prefix.Length..].Replace('-', ' '),
                    [.. runs.Select(run => new SeedLine(run.Seed, [.. run.Metrics.Select(line => new CurvePoint(line.Iteration, line.Values.GetValueOrDefault(name, double.NaN)))]))]))],
            });
}
