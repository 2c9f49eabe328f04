using System.Globalization;
using Visalign.Runs;

namespace Visalign.Studies;

/// <summary>The curves of a report: held-out scores while training, and what the metrics noted.</summary>
internal static class TrainingCurves
{
    private sealed record Kind(string Prefix, string Title, ValueFormat Format, string Note);

    private static readonly Kind[] Kinds =
    [
        new("reward/", "Reward on training prompts", ValueFormat.Number, "Rises, then flattens."),
        new("kl/", "KL to the base", ValueFormat.Number, "Grows slowly; a jump means the policy left the base's neighborhood."),
        new("clip/", "Share of clipped ratios", ValueFormat.Share, "Positive: samples better than their group; negative: worse. Near 0 the updates are small, near 1 they are cut off."),
        new("group/", "Groups", ValueFormat.Share, "A group whose samples all got the same reward teaches nothing."),
        new("diversity/", "Diversity within a prompt", ValueFormat.Number, "A collapse to one picture shows here first."),
        new("heldout/", "Judges that were watched, not trained on", ValueFormat.Number, "Falling here while the reward rises is a sign that the reward is being gamed."),
    ];

    /// <summary>The held-out score first, then a panel for each kind of metric the run has.</summary>
    internal static IReadOnlyList<CurvePanel> Of(KeptRun run, KeptEvaluation before, KeptEvaluation after)
    {
        long seed = run.Provenance.Seed;
        var metrics = run.Metrics;
        string[] names = [.. metrics.SelectMany(line => line.Values.Keys).Distinct().Where(name => SaysSomething(name, run.Recipe, metrics)).Order(StringComparer.Ordinal)];

        return [.. HeldOut(run, seed, before, after), .. Kinds.SelectMany(kind => Panels(kind, names, metrics, seed))];
    }

    private static IEnumerable<CurvePanel> HeldOut(KeptRun run, long seed, KeptEvaluation before, KeptEvaluation after)
    {
        var curve = EvaluationFolder.Curve(run.Path);
        if (curve.Count == 0) yield break;
        yield return new()
        {
            Title = "Exact score while training",
            Note = string.Create(CultureInfo.InvariantCulture, $"On the first {curve[0].Prompts} held-out prompts, at the guidance scale of the rollouts, {curve[0].GuidanceScale}."),
            XLabel = "iteration",
            Format = ValueFormat.Share,
            Series = [new("policy", [new(seed, [.. curve.Select(kept => new CurvePoint(kept.Iteration, kept.Score))])])],
            References = [Level("base", before), Level("result", after)],
        };
    }

    private static ReferenceLine Level(string name, KeptEvaluation kept) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{name}, best guidance ({kept.GuidanceScale}), {kept.Prompts} prompts"), kept.Score);

    // The mean of a single reward is that reward, and failures are told where there were any.
    private static bool SaysSomething(string name, Recipe recipe, IReadOnlyList<IterationLine> metrics) => name switch
    {
        "reward/mean" => recipe.Rewards.Count > 1 || recipe.Rewards[0].Weight != 1,
        "reward/failures" => metrics.Any(line => line.Values.GetValueOrDefault(name) > 0),
        _ => true,
    };

    private static IEnumerable<CurvePanel> Panels(Kind kind, IEnumerable<string> all, IReadOnlyList<IterationLine> metrics, long seed) =>
        all.Where(name => name.StartsWith(kind.Prefix, StringComparison.Ordinal))
            .Chunk(ReportMarks.Count).Select(names => new CurvePanel
            {
                Title = kind.Title,
                Note = kind.Note,
                XLabel = "iteration",
                Format = kind.Format,
                Series = [.. names.Select(name => new CurveSeries(name[kind.Prefix.Length..].Replace('-', ' '),
                    [new(seed, [.. metrics.Select(line => new CurvePoint(line.Iteration, line.Values.GetValueOrDefault(name, double.NaN)))])]))],
            });
}
