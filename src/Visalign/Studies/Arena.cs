using Visalign.Methods;
using Visalign.Reports;
using Visalign.Rewards;
using Visalign.Runs;
using Visalign.Torch;
using Visalign.Torch.Engines;
using Visalign.Worlds;

namespace Visalign.Studies;

/// <summary>Methods over several seeds on one ground, against each other and the baselines that every method has to face.</summary>
/// <remarks>
/// The base at its best guidance scale; best of N from the base, picked by the trained reward, with N the finished pictures of a
/// training over the held-out prompts, at least 4; and fine-tuning on the best. Every run lies in a folder of its own and is gone on
/// with, so that an interruption costs one iteration; one that fails is told of, leaves the others alone, and is tried again by the next call.
/// </remarks>
public sealed class Arena
{
    /// <summary>Fewest pictures of best-of-N.</summary>
    private const int LeastSamples = 4;

    private readonly ArenaFolder _folder;
    private readonly ArenaPlan _plan;
    private readonly int _seeds;
    private readonly IRunObserver _observer;
    private readonly TimeProvider _clock;
    private readonly CancellationToken _stop;
    private KeptRun? _first; // measured the base for all

    private Arena(ArenaFolder folder, ArenaPlan plan, int seeds, IRunObserver observer, TimeProvider clock, CancellationToken stop) =>
        (_folder, _plan, _seeds, _observer, _clock, _stop) = (folder, plan, seeds, observer, clock, stop);

    /// <summary>Starts the engine as the runs in a folder had it; nothing happens where there are none.</summary>
    /// <param name="folder">Of an arena, or one that is to become one.</param>
    public static void StartEngine(string folder)
    {
        if (!Directory.Exists(folder) || Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal).FirstOrDefault(RunFolder.Exists) is not { } run) return;
        var recorded = KeptRun.Open(run).Provenance;
        Engine.Start(new() { Threads = recorded.Threads, BlasCore = recorded.BlasCore.Length > 0 ? recorded.BlasCore : null });
    }

    /// <summary>Runs what is not yet there, then writes <c>summary.json</c> and, where a method's run has ended, <c>report.html</c>.</summary>
    /// <param name="folder">One that is missing, empty, or holds runs of this very plan.</param>
    /// <param name="seeds">Training seeds: the plan's and those that follow it.</param>
    /// <exception cref="InputException">The folder cannot be used, or holds a run of another recipe.</exception>
    /// <exception cref="RunInterruptedException">Stopped; call again to go on.</exception>
    public static ArenaSummary Run(string folder, ArenaPlan plan, int seeds, IRunObserver observer, TimeProvider clock, CancellationToken stop)
    {
        string path = Path.GetFullPath(folder);
        Directory.CreateDirectory(path);
        return new Arena(new(path), plan, seeds, observer, clock, stop).Complete();
    }

    private ArenaSummary Complete()
    {
        (Contestant Contestant, long Seed)[] entries = [.. Enumerable.Range(0, _seeds).SelectMany(offset => _plan.Contestants.Select(one => (one, one.Recipe.Seed + offset)))];
        foreach (var (contestant, seed) in entries) RequireSame(contestant, seed);
        foreach (var one in _plan.Contestants)
            _observer.Told(FormattableString.Invariant($"{one.Name}: {one.Recipe.Budget.Iterations:N0} iterations × {one.JudgedPerIteration:N0} pictures judged = {one.RewardCalls:N0} reward calls"));
        List<FailedRun> failures = [];
        int ended = 0;
        try
        {
            foreach (var (contestant, seed) in entries)
            {
                Attempt(contestant.Name, seed, failures, () => Align(contestant, seed));
                ended++;
            }
            return Finish(failures);
        }
        catch (OperationCanceledException stopped) when (_stop.IsCancellationRequested)
        {
            throw new RunInterruptedException(ended, entries.Length, stopped);
        }
    }

    private void RequireSame(Contestant contestant, long seed)
    {
        string path = _folder.RunOf(contestant.Name, seed);
        if (RunFolder.Exists(path) && KeptRun.Open(path).Recipe != RecipeOf(contestant, seed))
            throw new InputException($"{path}: this run has another recipe than the one asked for. Give another --out, or delete the run.");
    }

    private static Recipe RecipeOf(Contestant contestant, long seed) => (contestant.Recipe with { Seed = seed }).Anchored();

    private void Align(Contestant contestant, long seed)
    {
        string path = _folder.RunOf(contestant.Name, seed);
        if (_folder.Finished(contestant.Name, seed) is null)
        {
            _observer.Told(FormattableString.Invariant($"{contestant.Name}, seed {seed}"));
            if (RunFolder.Exists(path)) AlignmentStudy.Resume(path, _observer, _clock, _stop);
            else AlignmentStudy.Start(path, RecipeOf(contestant, seed), _observer, _clock, _stop, _first);
        }
        _first ??= KeptRun.Open(path);
    }

    // What fails is told of, whatever it is; only the user's wish to stop ends all.
    private void Attempt(string name, long? seed, List<FailedRun> failures, Action work)
    {
        try
        {
            work();
        }
        catch (Exception fault) when (fault is not OperationCanceledException || fault is WatchdogStopException || !_stop.IsCancellationRequested)
        {
            string reason = fault is InputException or WatchdogStopException ? fault.Message : $"{fault.GetType().Name}: {fault.Message}";
            failures.Add(new(name, seed, reason.Split('\n')[0].Trim()));
            _observer.Warned(failures[^1].Sentence);
        }
    }

    private ArenaSummary Finish(List<FailedRun> failures)
    {
        Entered[] entered = [.. _plan.Contestants.Select(one => new Entered(one, [.. Enumerable.Range(0, _seeds).Select(offset => _folder.Finished(one.Name, one.Recipe.Seed + offset)).OfType<KeptRun>()]))
            .Where(one => one.Runs.Count > 0)];
        var recipe = _plan.Contestants[0].Recipe;
        var summary = new ArenaSummary
        {
            Slug = _plan.Name,
            Model = recipe.Model,
            Rewards = [.. recipe.Rewards.Select(RewardCatalog.NameOf)],
            RewardCalls = _plan.Contestants[0].RewardCalls,
            Seeds = [.. Enumerable.Range(0, _seeds).Select(offset => recipe.Seed + offset)],
            Systems = entered.Length == 0 ? [] : Systems(entered, failures),
            Failures = failures,
        };
        summary = summary with { Duels = Duel.AmongAll(summary.Systems) };
        if (entered.Any(one => one.Contestant.Role == SystemRole.Aligned))
        {
            _observer.Began("drawing the report");
            Attempt("report.html", null, failures, () => _folder.Write("report.html", ArenaReport.Draw(summary, _plan, entered)));
        }
        _folder.Write("summary.json", summary.ToJson());
        return summary;
    }

    private List<ArenaSystem> Systems(Entered[] entered, List<FailedRun> failures)
    {
        var first = entered[0].Runs[0];
        var plain = EvaluationFolder.Get<KeptEvaluation>(first.Path, EvaluationFolder.Base);
        long[] seeds = [.. Enumerable.Range(0, _seeds).Select(offset => _plan.Contestants[0].Recipe.Seed + offset)];
        ArenaSystem? picked = null;
        if (first.Recipe.Rewards.Count > 0) Attempt("best of N", null, failures, () => picked = BestOfN(first, plain, seeds));
        var trained = entered.Where(one => one.Contestant.Role == SystemRole.Baseline).Concat(entered.Where(one => one.Contestant.Role == SystemRole.Aligned))
            .Select(one => ArenaSystem.OfRuns(one.Contestant, one.Runs, [.. one.Runs.Select(run => Diversity(run, failures))]));
        return [ArenaSystem.OfBase(plain, seeds, Diversity(first, failures, ofBase: true)), .. picked is null ? Array.Empty<ArenaSystem>() : [picked], .. trained];
    }

    private double? Diversity(KeptRun run, List<FailedRun> failures, bool ofBase = false)
    {
        double? distance = null;
        Attempt(ofBase ? "the diversity of the base" : $"the diversity of {Path.GetFileName(run.Path)}", null, failures, () => distance = Diversity(run, ofBase));
        return distance;
    }

    private double Diversity(KeptRun run, bool ofBase)
    {
        var measured = EvaluationFolder.Get<KeptEvaluation>(run.Path, ofBase ? EvaluationFolder.Base : EvaluationFolder.Result);
        string name = ofBase ? "base" : Path.GetFileName(run.Path);
        string weights = ofBase ? run.Provenance.BaseHash : ContentHash.Of(Path.Combine(run.Path, RunFolder.PolicyName));
        return _folder.Once($"{name}-diversity", FormattableString.Invariant($"{weights}, {measured.Prompts} prompts, {measured.Steps} steps, guidance {measured.GuidanceScale}"), () =>
        {
            _observer.Began($"measuring the diversity of {name}");
            using var policy = Policy.OfRun(run.Path);
            using var scope = Tensor.Scope();
            return PolicyEvaluation.Diversity(policy.Generator, ofBase ? policy.Generator.Base : policy.Weights, Math.Min(measured.Prompts, PolicyEvaluation.DiversityPrompts), measured.Steps,
                measured.GuidanceScale, Advanced, Examination.ToShow(run.Recipe, policy.Generator));
        });
    }

    private ArenaSystem BestOfN(KeptRun first, KeptEvaluation plain, IReadOnlyList<long> seeds)
    {
        int n = (int)Math.Max(LeastSamples, Math.Ceiling((double)_plan.Contestants[0].FinishedPictures / plain.Prompts));
        var recipe = first.Recipe;
        string judge = Recipe.File.Resolve(new() { Method = new BestOfGroupTuning(), Model = recipe.Model, Rewards = recipe.Rewards, Prompts = recipe.Prompts });
        string of = FormattableString.Invariant($"{first.Provenance.BaseHash}, {n} of {plain.Prompts} prompts, {plain.Steps} steps, guidance {plain.GuidanceScale}\n{judge}");
        var kept = _folder.Once("best-of-n", of, () => Pick(recipe, plain, n));
        return ArenaSystem.Of($"best of {n} from the base", SystemRole.Baseline, seeds, [.. seeds.Select(_ => kept.Evaluation)], [.. seeds.Select(_ => plain)]) with
        {
            Note = $"{n} pictures for each answer, picked by the trained reward",
            RewardCalls = (long)n * plain.Prompts,
            NetworkEvaluations = kept.Evaluation.NetworkEvaluations,
            Seconds = kept.Seconds,
        };
    }

    private Picked Pick(Recipe recipe, KeptEvaluation plain, int n)
    {
        _observer.Began($"sampling {n} pictures of each of {plain.Prompts} {plain.Asked} from the base");
        long started = _clock.GetTimestamp();
        using var policy = Policy.OfModel(recipe.Model);
        using var jury = new Jury(recipe, _clock);
        using var scope = Tensor.Scope();
        var examination = Examination.Of(recipe, policy.Generator, (pictures, conditions) => jury.ScoreTrained(pictures, conditions).Total);
        var picked = BestOfSampling.Run(policy.Generator, policy.Weights, PromptSplit.HeldOut, plain.Prompts, plain.Steps, plain.GuidanceScale, n, jury.Sum, Advanced, examination);
        double? reward = examination.RewardOf(picked, (pictures, conditions) => jury.ScoreTrained(pictures, conditions).Total);
        return new(_clock.GetElapsedTime(started).TotalSeconds,
            KeptEvaluation.Of(picked, plain.Metric, plain.Asked, 0, PromptSplit.HeldOut, plain.GuidanceScale, plain.Steps) with { Reward = reward });
    }

    private void Advanced(double share)
    {
        _stop.ThrowIfCancellationRequested();
        _observer.Advanced(share);
    }

    private sealed record Picked(double Seconds, KeptEvaluation Evaluation);
}

/// <summary>A contestant with those of its runs that have ended, at least one.</summary>
internal sealed record Entered(Contestant Contestant, IReadOnlyList<KeptRun> Runs);
