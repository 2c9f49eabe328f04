using System.Globalization;
using Visalign.Generators;
using Visalign.Methods;
using Visalign.Networks;
using Visalign.Rewards;
using Visalign.Runs;
using Visalign.Torch;
using Visalign.Torch.Engines;
using Visalign.Torch.Processes;
using Visalign.Worlds;

namespace Visalign.Studies;

/// <summary>A whole alignment in a run folder: the base measured, the training with its curve, the result measured, the report.</summary>
/// <remarks>
/// Base and result are each measured at the guidance scale that is best for them on tuning prompts, on the same held-out
/// prompts from the same start noise. Whatever was measured is kept at once, so that going on measures only what is missing.
/// Of several processes each does all of this over its share of the sampling, and process 0 keeps what comes out.
/// </remarks>
public sealed class AlignmentStudy
{
    private readonly AlignmentRun _run;
    private readonly IRunObserver _observer;
    private readonly TimeProvider _clock;
    private readonly CancellationToken _stop;
    private readonly EvaluationOptions _options;
    private readonly Examination _examination;
    private readonly int? _steps;

    private AlignmentStudy(AlignmentRun run, IRunObserver observer, TimeProvider clock, CancellationToken stop) =>
        (_run, _observer, _clock, _stop, _options, _examination, _steps) = (run, observer, clock, stop, run.Recipe.Evaluation, Examination.Of(run), run.EvaluationSteps);

    /// <summary>Aligns in a new run folder.</summary>
    /// <param name="path">A folder that is missing or empty.</param>
    /// <param name="stop">Honored after the iteration or the forward pass at hand.</param>
    /// <exception cref="RunInterruptedException">Stopped.</exception>
    /// <exception cref="InputException">The recipe or the folder cannot be used.</exception>
    /// <param name="sameBase">A finished run over the same base under the same evaluation, whose measurement of the base is taken over; null to measure.</param>
    /// <param name="processes">Those that align together, all of them given the same recipe; null for this one alone.</param>
    public static AlignmentResult Start(
        string path, Recipe recipe, IRunObserver observer, TimeProvider clock, CancellationToken stop, KeptRun? sameBase = null, ProcessGroup? processes = null)
    {
        Engine.Start(new() { Threads = recipe.Threads ?? 0 });
        long started = clock.GetTimestamp();
        using var run = AlignmentRun.Create(path, recipe.Anchored(), observer, clock, processes);
        var study = new AlignmentStudy(run, observer, clock, stop);
        if (sameBase is not null && run.Processes.IsFirst && sameBase.Provenance.BaseHash == run.Folder.Provenance.BaseHash) study.TakeOver(sameBase);
        return study.Complete(started, spent: 0);
    }

    /// <summary>Goes on with a run folder from its newest checkpoint; what is done is not done again.</summary>
    /// <inheritdoc cref="Start"/>
    /// <param name="processes">Those that go on with it together, as many as one likes; null for this one alone.</param>
    public static AlignmentResult Resume(string path, IRunObserver observer, TimeProvider clock, CancellationToken stop, ProcessGroup? processes = null)
    {
        long started = clock.GetTimestamp();
        using var run = AlignmentRun.Resume(path, observer, clock, processes);
        double spent = KeptRun.Open(path).WallTime.TotalSeconds;
        return new AlignmentStudy(run, observer, clock, stop).Complete(started, spent);
    }

    // What was measured otherwise than this recipe asks is measured again, as when going on.
    private void TakeOver(KeptRun other)
    {
        foreach (string name in (string[])[EvaluationFolder.Base, EvaluationFolder.During(0)])
        {
            if (EvaluationFolder.Find<GuidanceChoice>(other.Path, EvaluationFolder.GuidanceOf(name)) is { } choice) EvaluationFolder.Save(_run.Folder, EvaluationFolder.GuidanceOf(name), choice);
            if (EvaluationFolder.Find<KeptEvaluation>(other.Path, name) is { } measured) EvaluationFolder.Save(_run.Folder, name, measured);
        }
    }

    private AlignmentResult Complete(long started, double spent)
    {
        string path = Path.GetFullPath(_run.Path);
        try
        {
            var before = MeasureAtBestGuidance(EvaluationFolder.Base, "the base", 0, () => _run.Generator.Base);
            Train();
            _run.SavePolicy();
            var after = MeasureAtBestGuidance(EvaluationFolder.Result, "the result", _run.Iteration, () => _run.Result);
            if (_run.Processes.IsFirst) DrawReport();
            double seconds = spent + _clock.GetElapsedTime(started).TotalSeconds;
            return new(before, after, TimeSpan.FromSeconds(seconds), path, Path.Combine(path, RunFolder.ReportName));
        }
        catch (OperationCanceledException stopped) when (stopped is not WatchdogStopException && stopped.CancellationToken == _stop)
        {
            throw new RunInterruptedException(_run.Iteration, _run.Recipe.Budget.Iterations, _run.Path, stopped);
        }
    }

    private void DrawReport()
    {
        _observer.Began("drawing the report");
        string page = AlignmentReport.Draw(KeptRun.Open(_run.Path));
        _run.Folder.SaveReport(System.Text.Encoding.UTF8.GetBytes(page));
    }

    private void Train()
    {
        long end = _run.Recipe.Budget.Iterations;
        if (_options.Every == 0)
        {
            _run.Advance(end, _stop);
            return;
        }
        if (_run.Processes.IsFirst)
            foreach (var kept in EvaluationFolder.Curve(_run.Path).Where(kept => kept.Iteration < _run.Iteration)) Announce(kept);
        while (true)
        {
            if (_run.Iteration % _options.Every == 0 || _run.Iteration == end) Announce(MeasureCurve());
            if (_run.Iteration >= end) return;
            _run.Advance(Math.Min((_run.Iteration / _options.Every + 1) * _options.Every, end), _stop);
        }
    }

    private void Announce(KeptEvaluation kept) => _observer.Evaluated(kept.Iteration, kept.Score, kept.Tasks);

    private KeptEvaluation MeasureCurve() => Measure(EvaluationFolder.During(_run.Iteration), _run.Iteration, () => _run.Result,
        _options.CurvePrompts, CurveScale(), $"measuring iteration {_run.Iteration}");

    // Before the first iteration the policy is its base, after the last one the result, and how their scales were chosen is known by those names.
    private double CurveScale()
    {
        if (_options.CurveGuidance == CurveGuidance.Rollout) return _run.Recipe.Rollout.GuidanceScale;
        if (_run.Iteration == 0) return ChooseGuidance(EvaluationFolder.GuidanceOf(EvaluationFolder.Base), "the base", 0, () => _run.Generator.Base).Best;
        return _run.Iteration == _run.Recipe.Budget.Iterations
            ? ChooseGuidance(EvaluationFolder.GuidanceOf(EvaluationFolder.Result), "the result", _run.Iteration, () => _run.Result).Best
            : ChooseGuidance(EvaluationFolder.GuidanceOf(EvaluationFolder.During(_run.Iteration)), $"iteration {_run.Iteration}", _run.Iteration, () => _run.Result).Best;
    }

    private KeptEvaluation MeasureAtBestGuidance(string name, string what, long iteration, Func<Weights> weights)
    {
        double scale = ChooseGuidance(EvaluationFolder.GuidanceOf(name), what, iteration, weights).Best;
        var kept = Measure(name, iteration, weights, _options.Prompts, scale, $"measuring {what}");
        _observer.Told(string.Create(CultureInfo.InvariantCulture,
            $"{what}: {kept.Metric} {kept.Score:F3} on {kept.Prompts} {kept.Asked} at its best guidance scale, {scale}"));
        return kept;
    }

    private GuidanceChoice ChooseGuidance(string name, string what, long iteration, Func<Weights> weights)
    {
        if (EvaluationFolder.FindForAll<GuidanceChoice>(_run.Processes, _run.Path, name,
            kept => (kept.Iteration, kept.Steps, kept.Prompts) == (iteration, _steps, _options.TuningPrompts)) is { } known) return known;
        return Timed($"choosing the guidance scale of {what}", name, () =>
        {
            var (best, scores) = HeldOutEvaluation.ChooseGuidance(_run.Generator, weights(), _options.TuningPrompts, _steps, Advanced, _examination, _run.Processes);
            return new GuidanceChoice
            {
                Iteration = iteration, Steps = _steps, Prompts = _options.TuningPrompts, Best = best,
                Scores = [.. scores.Select(entry => new GuidanceScore(entry.Scale, entry.Score))],
            };
        });
    }

    private KeptEvaluation Measure(string name, long iteration, Func<Weights> weights, int prompts, double scale, string part)
    {
        if (EvaluationFolder.FindForAll<KeptEvaluation>(_run.Processes, _run.Path, name,
            kept => (kept.Iteration, kept.Steps, kept.Prompts, kept.GuidanceScale) == (iteration, _steps, prompts, scale)) is { } known) return known;
        return Timed(part, name, () =>
        {
            var evaluation = HeldOutEvaluation.Run(_run.Generator, weights(), PromptSplit.HeldOut, prompts, _steps, scale, advanced: Advanced, examination: _examination, processes: _run.Processes);
            var kept = KeptEvaluation.Of(evaluation, _examination.Metric, _examination.Asked, iteration, PromptSplit.HeldOut, scale, _steps) with
            {
                Reward = _options.TrainedReward && _run.Recipe.Rewards.Count > 0 ? _examination.RewardOf(evaluation, _run.Judge) : null,
                Spent = iteration == 0 ? new(0, 0) : new(_run.RewardCalls, _run.NetworkEvaluations),
            };
            if (kept.Unscored > 0) _observer.Warned($"{part}: {kept.Unscored} of {kept.Prompts} pictures have no score and are left out.");
            return kept;
        });
    }

    private T Timed<T>(string part, string name, Func<T> measure) where T : class
    {
        _observer.Began(part);
        long started = _clock.GetTimestamp();
        using var scope = Tensor.Scope();
        var measured = measure();
        if (!_run.Processes.IsFirst) return measured;
        EvaluationFolder.Save(_run.Folder, name, measured);
        _run.Folder.AppendTimings(_run.Iteration, new Dictionary<string, double> { [KeptRun.EvaluationSeconds] = _clock.GetElapsedTime(started).TotalSeconds });
        return measured;
    }

    private void Advanced(double share)
    {
        _stop.ThrowIfCancellationRequested();
        _observer.Advanced(share);
    }
}
