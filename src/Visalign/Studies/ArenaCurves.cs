using Visalign.Reports;
using Visalign.Runs;

namespace Visalign.Studies;

/// <summary>The curves of an arena: the held-out score by what it cost, against the trained reward, and what the metrics noted by pictures judged.</summary>
internal sealed class ArenaCurves
{
    private const int MostMethods = ReportMarks.Count - 1; // the fine-tuning is in every panel

    private readonly ArenaSummary _summary;
    private readonly IReadOnlyList<Drawn[]> _groups;
    private readonly KeptEvaluation? _example;

    /// <summary>Reads the runs.</summary>
    /// <param name="entered">Those with finished runs.</param>
    internal ArenaCurves(ArenaSummary summary, IReadOnlyList<Entered> entered)
    {
        Drawn[] all = [.. entered.Select(one => new Drawn(one.Contestant, [.. one.Runs.Select(run => new DrawnRun(run.Provenance.Seed, run.Metrics,
            [.. EvaluationFolder.Curve(run.Path).Where(kept => kept.Spent is not null)], run.TrainingTimes()))]))];
        Drawn[] tuning = [.. all.Where(one => one.Contestant.Role == SystemRole.Baseline)];
        _summary = summary;
        _groups = [.. all.Where(one => one.Contestant.Role == SystemRole.Aligned).Chunk(MostMethods).Select(methods => (Drawn[])[.. methods, .. tuning])];
        _example = all.SelectMany(one => one.Runs).SelectMany(run => run.Curve).FirstOrDefault();
    }

    /// <summary>Which series of the curves a system is; null for those that are none, or not the same one everywhere.</summary>
    internal int? SeriesOf(string system) => Array.FindIndex(_groups[0], one => one.Contestant.Words == system) is var at and >= 0 && _groups.Count == 1 ? at : null;

    /// <summary>The held-out score by reward calls, network evaluations and seconds.</summary>
    internal IEnumerable<CurvePanel> Scores() => _example is null ? [] : _groups.SelectMany(group => (CurvePanel[])
    [
        // Who learns from a folder has nothing judged.
        .. group.All(one => one.Contestant.JudgedPerIteration == 0) ? Array.Empty<CurvePanel>() : [Score(group, "pictures judged in training", (_, at, run) => run.Curve[at].Spent!.RewardCalls)],
        Score(group, "network evaluations of the rollouts", (_, at, run) => run.Curve[at].Spent!.NetworkEvaluations),
        // A mean over seeds has to be taken at one place.
        Score(group, "seconds of training, mean over seeds", (one, at, _) => one.Runs.Average(run => run.Times.GetValueOrDefault(run.Curve[at].Iteration).TotalSeconds)),
    ]);

    /// <summary>The score that counts against the reward that is trained on; nothing where they are one.</summary>
    internal IEnumerable<PathPanel> Paths() => _example is null || _example.Metric == Examination.TrainedReward ? [] : _groups.Select(group => new PathPanel
    {
        Title = $"The {_example.Metric} against the trained reward",
        Note = $"Both on the same held-out pictures, from the base (open circle) to the result. To the right and down: the reward is being gamed.",
        XLabel = $"trained reward: {string.Join(" + ", _summary.Rewards)}",
        YLabel = _example.Metric,
        Format = AlignmentReport.FormatOf(_example),
        Series = [.. group.Where(one => one.Runs.All(run => run.Curve.Count > 0 && run.Curve.All(kept => kept.Reward is not null)))
            .Select(one => new CurveSeries(one.Contestant.Words, [.. one.Runs.Select(run => new SeedLine(run.Seed, [.. run.Curve.Select(kept => new CurvePoint(kept.Reward!.Value, kept.Score))]))]))],
    }).Where(panel => panel.Series.Count > 0);

    /// <summary>What the rollouts showed, one metric a panel, by pictures judged.</summary>
    internal IEnumerable<CurvePanel> Metrics() => _groups.SelectMany(group => (CurvePanel[])
    [
        Metric(group, "reward/mean", "Trained reward of the rollouts", "Each method samples in its own way, some with noise or guidance, so that levels differ from the start; the slope is what tells."),
        Metric(group, "diversity/group", "Diversity within a prompt, of the rollouts", "As a share of that of the first rollout. A collapse to one picture shows here first.", ofFirst: true),
        .. group.SelectMany(one => one.Runs).SelectMany(run => run.Metrics).SelectMany(line => line.Values.Keys).Where(name => name.StartsWith("heldout/", StringComparison.Ordinal)).Distinct()
            .Order(StringComparer.Ordinal).Select(name => Metric(group, name, $"{name["heldout/".Length..]}, watched and not trained on", "Of the rollouts. Falling while the reward rises is a sign that the reward is being gamed.")),
    ]).Where(panel => panel.Series.Count > 0);

    private CurvePanel Score(Drawn[] group, string label, Func<Drawn, int, DrawnRun, double> x) => new()
    {
        Title = $"The {_example!.Metric} by {label.Split(',')[0]}",
        Note = FormattableString.Invariant($"On the first {_example.Prompts} {_example.Asked}, at the {(group[0].Contestant.Recipe.Evaluation.CurveGuidance == CurveGuidance.Best ? "guidance scale that is best for each at that point" : "guidance scale of the rollouts")}."),
        XLabel = label,
        Format = AlignmentReport.FormatOf(_example),
        Series = [.. group.Select(one => new CurveSeries(one.Contestant.Words, [.. one.Runs.Select(run => new SeedLine(run.Seed, [.. run.Curve.Select((kept, at) => new CurvePoint(x(one, at, run), kept.Score))]))]))],
        References = [.. _summary.Systems.Where(system => system.Iterations is null).Select(Level)],
    };

    // On the prompts of the curve, which are the first of those that everything is measured on.
    private ReferenceLine Level(ArenaSystem system) => new(system.Name, system.Evaluations[0].Scores.Take(_example!.Prompts).Where(score => !double.IsNaN(score)).DefaultIfEmpty(double.NaN).Average());

    private static CurvePanel Metric(Drawn[] group, string name, string title, string note, bool ofFirst = false) => new()
    {
        Title = title,
        Note = note,
        XLabel = "pictures judged in training",
        Format = ofFirst ? ValueFormat.Share : ValueFormat.Number,
        Series = [.. group.Where(one => one.Runs.SelectMany(run => run.Metrics).Any(line => line.Values.ContainsKey(name))).Select(one => new CurveSeries(one.Contestant.Words,
            [.. one.Runs.Select(run => new SeedLine(run.Seed, [.. run.Metrics.Select(line => new CurvePoint(line.Iteration * one.Contestant.JudgedPerIteration, line.Values.GetValueOrDefault(name, double.NaN) / (ofFirst ? First(run) : 1)))]))]))],
    };

    private static double First(DrawnRun run) => run.Metrics[0].Values.GetValueOrDefault("diversity/group", double.NaN);

    private sealed record Drawn(Contestant Contestant, IReadOnlyList<DrawnRun> Runs);

    private sealed record DrawnRun(long Seed, IReadOnlyList<IterationLine> Metrics, IReadOnlyList<KeptEvaluation> Curve, IReadOnlyDictionary<long, TimeSpan> Times);
}
