using System.Globalization;
using Visalign.Benchmarks;
using Visalign.Reports;
using Visalign.Runs;

namespace Visalign.Studies;

/// <summary>The report of an arena: every seed drawn, every baseline in the table; of one method that of a reproduction.</summary>
internal static class ArenaReport
{
    private const int FewSeeds = 3;

    /// <summary>Draws the page; the pictures are those of first seeds.</summary>
    /// <param name="entered">Those with finished runs, a method among them.</param>
    /// <returns>The page's whole text, to be written as UTF-8.</returns>
    internal static string Draw(ArenaSummary summary, ArenaPlan plan, IReadOnlyList<Entered> entered)
    {
        bool several = plan.Methods.Count > 1;
        Entered[] methods = [.. entered.Where(one => one.Contestant.Role == SystemRole.Aligned)];
        var runs = methods[0].Runs;
        var (method, paper) = AlignmentReport.PaperOf(runs[0].Recipe);
        var before = summary.Systems[0];
        var plain = before.Evaluations[0];
        var best = summary.Systems.Where(system => system.Role == SystemRole.Aligned).MaxBy(system => system.Score.Value)!;
        var curves = new ArenaCurves(summary, entered);
        string model = Path.GetFileName(Path.TrimEndingDirectorySeparator(summary.Model));

        return ReportPage.Render(new()
        {
            Title = several ? $"{plan.Methods.Count} methods on {model}, {ReportNumbers.Count(summary.RewardCalls)} pictures judged each" : $"{method} over {ReportNumbers.Count(runs.Count, "seed")}, against its baselines",
            Method = several ? string.Join(", ", plan.Methods.Select(one => one.Words)) : method,
            Paper = several ? null : paper,
            Headline = new()
            {
                Metric = plain.Metric,
                Format = AlignmentReport.FormatOf(plain),
                Base = before.Score,
                BaseGuidanceScale = before.GuidanceOfSeeds[0],
                Aligned = best.Score,
                Gain = best.Gain,
                PromptCount = plain.Prompts,
                SeedCount = best.Seeds.Count,
                Meaning = several ? Meaning(summary) : null,
            },
            Curves = [.. curves.Scores(), .. several ? curves.Metrics() : TrainingCurves.OfMetrics(runs)],
            Paths = [.. curves.Paths()],
            Gallery = several ? [] : Gallery(runs[0], plain, best.Evaluations[0]),
            Lineup = several ? BeforeAndAfter.Lineup([.. methods.Select(one => (one.Contestant.Words, one.Runs[0]))]) : [],
            Systems = [.. summary.Systems.Select(system => Compared(system) with { Series = several ? curves.SeriesOf(system.Name) : null })],
            Duels = several && summary.Duels.Count > 0 ? Duels(summary, plain) : null,
            Failures = [.. summary.Failures.Select(failure => failure.Sentence)],
            Ground = several ? Ground(summary, plan, plain) : [],
            Own = several ? Own(plan) : null,
            Remarks = [.. methods.SelectMany(one => one.Runs.SelectMany(run => run.Remarks.Select(remark => new WatchdogRemark(RemarkSeverity.Warning,
                FormattableString.Invariant($"{(several ? $"{one.Contestant.Words}, seed" : "Seed")} {run.Provenance.Seed}: {remark.Text}"), remark.Iteration))))],
            Cost = Cost(methods),
            Recipe = string.Join('\n', several ? plan.Contestants.Select(one => $"# {one.Words}\n{Recipe.File.Resolve(one.Recipe)}") : [Recipe.File.Resolve(runs[0].Recipe)]),
            Provenance = AlignmentReport.Origins(runs[0], plain),
            Command = FormattableString.Invariant($"{plan.Command} --seeds {summary.Seeds.Count}"),
        });
    }

    private static IReadOnlyList<PicturePair> Gallery(KeptRun run, KeptEvaluation before, KeptEvaluation after)
    {
        using var policy = Policy.OfRun(run.Path);
        return BeforeAndAfter.Sample(policy, before, after);
    }

    private static ReportCost Cost(IReadOnlyList<Entered> methods)
    {
        KeptRun[] runs = [.. methods.SelectMany(one => one.Runs)];
        RunCost[] costs = [.. runs.Select(run => run.Cost())];
        return new(costs.Sum(cost => cost.RewardCalls), costs.Sum(cost => cost.NetworkEvaluations), TimeSpan.FromSeconds(runs.Sum(run => run.TrainingTime.TotalSeconds)),
            $"{AlignmentReport.Threads(runs[0])} of {runs[0].Provenance.Processor}");
    }

    private static ComparedSystem Compared(ArenaSystem system) => new()
    {
        Name = system.Name,
        Role = system.Role,
        Note = system.Note,
        Score = system.Score,
        Gain = system.Role == SystemRole.Base ? null : system.Gain,
        Seeds = system.Iterations is null || system.Seeds.Count < 2 ? [] : system.ScoreOfSeeds,
        Tasks = AlignmentReport.TasksOf(system.Evaluations),
        Diversity = system.Diversity,
        RewardCalls = system.RewardCalls,
        NetworkEvaluations = system.NetworkEvaluations,
        WallTime = system.Seconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
    };

    private static string Meaning(ArenaSummary summary)
    {
        ArenaSystem[] ranked = [.. summary.Systems.Where(system => system.Role == SystemRole.Aligned).OrderByDescending(system => system.Score.Value)];
        var evaluation = ranked[0].Evaluations[0];
        string basis = $"Mean over {ReportNumbers.Count(evaluation.Prompts)} {evaluation.Asked} and {ReportNumbers.Count(summary.Seeds.Count, "training seed")}, each system at its best guidance scale. "
            + (summary.Seeds.Count == 1 ? "The intervals cover the choice of prompts, not of the seed. "
                : $"The intervals resample prompts and seeds together{(summary.Seeds.Count <= FewSeeds ? "; with so few seeds they understate how far seeds lie apart" : "")}. ");
        if (ranked.Length < 2 || Difference(summary, ranked[0].Name, ranked[1].Name) is not { Interval: { } interval } lead) return basis;
        var format = AlignmentReport.FormatOf(evaluation);
        string range = $"{ReportNumbers.Difference(lead.Value, format)}{(format == ValueFormat.Share ? " points" : "")}, {ReportNumbers.DifferenceRange(lead, format)}";
        return basis + (interval.Contains(0) ? $"{ranked[0].Name} and {ranked[1].Name} are not told apart ({range})." : $"{ranked[0].Name} leads {ranked[1].Name} ({range}).");
    }

    // What a name has over another one.
    private static Estimate? Difference(ArenaSummary summary, string name, string over) =>
        summary.Duels.FirstOrDefault(duel => duel.First == over && duel.Second == name) is { } duel ? duel.Gain
        : summary.Duels.FirstOrDefault(other => other.First == name && other.Second == over) is { } turned
            ? new(0 - turned.Gain.Value, turned.Gain.Interval is { } interval ? new Interval(0 - interval.High, 0 - interval.Low, interval.Level) : null) // a minus sign would make -0 of 0
        : null;

    private static ReportTable Duels(ArenaSummary summary, KeptEvaluation plain)
    {
        var format = AlignmentReport.FormatOf(plain);
        string[] names = [.. summary.Systems.Where(system => system.Iterations is not null).OrderByDescending(system => system.Score.Value).Select(system => system.Name)];
        return new($"What a row has over a column in held-out {plain.Metric}{(format == ValueFormat.Share ? ", in points" : "")}, paired over prompts and the seeds that both have finished; 95 % intervals.",
            ["", .. names], [.. names.Select(row => (string[])[row, .. names.Select(column => row == column ? "" : Difference(summary, row, column) is { } gain
                ? $"{ReportNumbers.Difference(gain.Value, format)} ({ReportNumbers.DifferenceRange(gain, format)})" : "no seed in common")])]);
    }

    private static IReadOnlyList<ProvenanceEntry> Ground(ArenaSummary summary, ArenaPlan plan, KeptEvaluation plain)
    {
        var recipe = plan.Contestants[0].Recipe;
        var evaluation = recipe.Evaluation;
        return
        [
            new("Base model", summary.Model),
            new("Trained reward", Block(recipe, "rewards")),
            new("Watched", recipe.Heldout.Count == 0 ? "nothing" : Block(recipe, "heldout")),
            new("Prompts", recipe.Prompts == Rollouts.PromptSource.WorldName ? "those of the embedded world" : recipe.Prompts),
            new("Pictures judged in a training", $"{ReportNumbers.Count(summary.RewardCalls)}, as near as whole iterations permit"),
            new("Seeds", string.Join(", ", summary.Seeds)),
            new("Measured on", FormattableString.Invariant($"{evaluation.Prompts:N0} {plain.Asked} from the same chance{(plain.Steps is { } steps ? FormattableString.Invariant($" with {steps} steps") : "")}, each system at the best of {HeldOutEvaluation.GuidanceScales.Count} guidance scales on {evaluation.TuningPrompts} tuning prompts")),
            new("Fine-tuning", $"the one that {plan.Methods[0].Words} names, in its recipe"),
            new("Counted", "Reward calls: pictures that the trained reward judged in training. Network evaluations: samples × forwards of the rollouts, guidance twice; what an update computes is not among them, but in the seconds. Evaluations are in none of the three."),
        ];
    }

    private static ReportTable Own(ArenaPlan plan) => new("Each recipe's own: everything else. The recipes stand below in full.",
        ["", "pictures judged", "iterations", "prompts × samples", "updates", "steps", "guidance in training", "learning rate", "adapter"],
        [.. plan.Contestants.Select(one => (string[])
        [
            one.Words,
            ReportNumbers.Count(one.RewardCalls),
            ReportNumbers.Count(one.Recipe.Budget.Iterations),
            $"{one.Recipe.Rollout.Prompts} × {one.Recipe.Rollout.GroupSize}{(one.JudgedPerIteration == (long)one.Recipe.Rollout.Prompts * one.Recipe.Rollout.GroupSize ? "" : $", {ReportNumbers.Count(one.JudgedPerIteration)} judged")}",
            ReportNumbers.Count((long)one.Recipe.Budget.Iterations * one.Recipe.Optimizer.UpdatesPerIteration),
            one.Recipe.Rollout.Steps?.ToString(CultureInfo.InvariantCulture) ?? "the default",
            one.Recipe.Rollout.GuidanceScale.ToString(CultureInfo.InvariantCulture),
            $"{one.Recipe.Optimizer.LearningRate.ToString("0.###e0", CultureInfo.InvariantCulture)}, {one.Recipe.Optimizer.Schedule.ToString().ToLowerInvariant()}",
            one.Recipe.Adapter.Kind.ToString().ToLowerInvariant(),
        ])]);

    // A part of the recipe as its file has it, in one line.
    private static string Block(Recipe recipe, string key) => string.Join("; ", string.Join(' ', Recipe.File.Resolve(recipe).Split('\n').SkipWhile(line => !line.StartsWith(key + ":", StringComparison.Ordinal)).Skip(1)
        .TakeWhile(line => line.StartsWith(' ') || line.StartsWith('-')).Select(line => line.Trim())).Split("- ", StringSplitOptions.RemoveEmptyEntries).Select(part => part.Trim()));
}
