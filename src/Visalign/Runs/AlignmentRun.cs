using System.Globalization;
using System.Text.Json.Nodes;
using Visalign.Generators;
using Visalign.Methods;
using Visalign.Networks;
using Visalign.Pictures;
using Visalign.Rewards;
using Visalign.Rollouts;
using Visalign.Torch;
using Visalign.Torch.Engines;
using Visalign.Torch.Optimizers;
using Visalign.Torch.Processes;
using Visalign.Torch.Safetensors;
using Visalign.Worlds;

namespace Visalign.Runs;

/// <summary>Executes a recipe in a run folder: rollouts, rewards, credit, updates, checkpoints.</summary>
/// <remarks>
/// All chance follows from the recipe's seed and the iteration, so weights, moments and what the method keeps are all the state there is.
/// Several processes each execute the whole of it over shares of rollouts and updates; process 0 alone judges, watches, speaks
/// and holds the folder.
/// </remarks>
public sealed class AlignmentRun : IDisposable
{
    private readonly IRunObserver _observer;
    private readonly TimeProvider _clock;
    private readonly AssembledRecipe _parts;
    private readonly AdamW _optimizer;
    private readonly Watchdog _watchdog;

    private RunFolder? _folder;

    private AlignmentRun(Recipe recipe, IGenerator generator, IRunObserver observer, TimeProvider clock, ProcessGroup processes, string path)
    {
        (Recipe, Generator, _observer, _clock, Processes, Path) = (recipe, generator, observer, clock, processes, path);
        _parts = new(recipe, generator, clock, processes);
        _watchdog = new(recipe.Watchdog, _parts.Jury.Trained.Select(reward => reward.Name), _parts.Jury.Heldout.Select(reward => reward.Name));
        var options = recipe.Optimizer;
        _optimizer = new(_parts.Adapter.Parameters, new()
        {
            Beta1 = options.Beta1, Beta2 = options.Beta2, Epsilon = options.Epsilon, WeightDecay = options.WeightDecay, ClipNorm = options.ClipNorm,
        }, average: options.EmaDecay > 0);
    }

    /// <summary>What is run.</summary>
    public Recipe Recipe { get; }

    /// <summary>The generator under alignment.</summary>
    public IGenerator Generator { get; }

    /// <summary>The processes that execute it together.</summary>
    public ProcessGroup Processes { get; }

    /// <summary>Denoising steps of a picture that is measured; null where the model draws tokens.</summary>
    public int? EvaluationSteps => _parts.EvaluationSteps;

    /// <summary>Where the folder is, on every process.</summary>
    public string Path { get; }

    /// <summary>Iterations done.</summary>
    public long Iteration { get; private set; }

    /// <summary>Pictures judged by the trained rewards so far, those on the way to a picture included.</summary>
    public long RewardCalls { get; private set; }

    /// <summary>Samples × network forwards so far, rollouts only.</summary>
    public long NetworkEvaluations { get; private set; }

    /// <summary>The folder it is kept in; process 0 has it.</summary>
    public RunFolder Folder => _folder ?? throw new System.Diagnostics.UnreachableException("A run is given its folder before anyone sees it, and process 0 alone writes in it.");

    /// <summary>The tree to evaluate: the averaged policy where an average is kept. Its views belong to the open scope.</summary>
    public Weights Result => _optimizer.Average is { } average ? _parts.Adapter.Over(average) : _parts.Adapter.Weights;

    /// <summary>Begins a run in a new folder, which is made only once everything the recipe asks for has been found.</summary>
    /// <param name="processes">Those that execute it together, all of them given the same recipe; null for this one alone.</param>
    public static AlignmentRun Create(string path, Recipe recipe, IRunObserver observer, TimeProvider clock, ProcessGroup? processes = null)
    {
        if (processes is null or { IsFirst: true }) RunFolder.RequireUsable(path);
        Engine.Start(new() { Threads = recipe.Threads ?? 0 });
        return Opened(path, recipe, null, observer, clock, processes ?? ProcessGroup.Alone, (run, here) =>
        {
            var warnings = run.CheckBeforehand();
            if (run.Processes.IsFirst) run._folder = RunFolder.Create(path, Recipe.File.Resolve(recipe), here with { Recipe = Recipe.File.Resolve(recipe) }, time: clock);
            run.Remark(warnings);
        });
    }

    /// <summary>Goes on with a run from its newest checkpoint.</summary>
    /// <param name="processes">Those that go on with it together, as many as one likes; each reads recipe and provenance in the folder, and process 0 all else. Null for this one alone.</param>
    /// <exception cref="InputException">The engine, BLAS kernels, threads or model differ from those of the run, or its recipe was edited in what it trains.</exception>
    public static AlignmentRun Resume(string path, IRunObserver observer, TimeProvider clock, ProcessGroup? processes = null)
    {
        processes ??= ProcessGroup.Alone;
        var folder = processes.IsFirst ? RunFolder.Open(path, time: clock) : null;
        try
        {
            var kept = KeptRun.Open(path);
            var recorded = kept.Provenance;
            Engine.Start(new() { Threads = recorded.Threads, BlasCore = recorded.BlasCore.Length > 0 ? recorded.BlasCore : null });
            var here = Here(kept.Recipe);
            var differences = here.DifferencesFrom(recorded);
            if (differences.Count > 0) throw new InputException($"{path}: the run cannot go on bit for bit here: {string.Join("; ", differences)}.");
            var warnings = kept.RecipeAtBeginning is { } begun ? RecipeChange.Require(System.IO.Path.Combine(path, RunFolder.RecipeFile), begun, kept.Recipe) : [];
            return Opened(path, kept.Recipe, here, observer, clock, processes, (run, _) =>
            {
                run._folder = folder;
                run.Restore();
                run.Remark(warnings);
            });
        }
        catch
        {
            folder?.Dispose();
            throw;
        }
    }

    // A run that cannot be opened leaves neither a lock nor tensors behind.
    private static AlignmentRun Opened(
        string path, Recipe recipe, Provenance? here, IRunObserver observer, TimeProvider clock, ProcessGroup processes, Action<AlignmentRun, Provenance> open)
    {
        var generator = ModelFolder.Load(recipe.Model);
        AlignmentRun? run = null;
        try
        {
            run = new(recipe, generator, observer, clock, processes, path);
            here ??= Here(recipe);
            RunAgreement.Require(processes, Recipe.File.Resolve(recipe), here);
            observer.Opened(recipe.Rollout.Prompts * recipe.Rollout.GroupSize);
            open(run, here);
            observer.Told(BatchArithmetic.InWords(recipe.Rollout, recipe.Optimizer));
            if (processes.Count > 1) observer.Told(BatchArithmetic.InWords(recipe.Rollout, processes.Count, Engine.Current.Threads));
            return run;
        }
        catch
        {
            if (run is null) generator.Dispose();
            else run.Dispose();
            throw;
        }
    }

    private static Provenance Here(Recipe recipe) => Provenance.Here($"libtorch {Engine.Current.Libtorch.Version}", Engine.Current.Blas.Core, Engine.Current.Threads,
        ContentHash.Of(ModelFolder.Find(recipe.Model)), recipe.Data() is { Count: > 0 } data ? string.Join(' ', data.Select(ContentHash.Of)) : null, recipe.Seed);

    /// <summary>Trains until the budget is spent, then saves the policy.</summary>
    /// <inheritdoc cref="Advance"/>
    public void Run(CancellationToken stop)
    {
        Advance(Recipe.Budget.Iterations, stop);
        SavePolicy();
    }

    /// <summary>Trains until an iteration or the budget is reached; a checkpoint is saved there, and wherever one is due on the way.</summary>
    /// <param name="until">Iterations done in the end; nothing happens where they are done already.</param>
    /// <param name="stop">Honored before the first iteration and after the one at hand.</param>
    /// <exception cref="OperationCanceledException">Stopped; what was done is in a checkpoint.</exception>
    public void Advance(long until, CancellationToken stop)
    {
        var budget = Recipe.Budget;
        long last = Math.Min(until, budget.Iterations);
        bool stopped = Processes.Any(stop.IsCancellationRequested);
        while (Iteration < last && !stopped)
        {
            Iterate();
            stopped = Processes.Any(stop.IsCancellationRequested);
            if (stopped || Iteration == last || Iteration % budget.CheckpointEvery == 0) Save();
        }
        if (stopped) throw new OperationCanceledException(stop);
    }

    /// <summary>Writes what was learned, <see cref="Result"/>, and what it took into the run folder.</summary>
    public void SavePolicy()
    {
        if (!Processes.IsFirst) return;
        using var scope = Tensor.Scope();
        var flat = _optimizer.Average ?? _parts.Adapter.Parameters.Values;
        Folder.SavePolicy(Named(flat), new Dictionary<string, string>
        {
            ["format"] = "visalign-policy-1", ["method"] = MethodCatalog.NameOf(Recipe.Method), ["adapter"] = Recipe.Adapter.Kind.ToString(), ["model"] = Recipe.Model,
            ["iterations"] = $"{Iteration}", ["reward_calls"] = $"{RewardCalls}", ["network_evaluations"] = $"{NetworkEvaluations}",
        });
    }

    /// <summary>What the rewards trained on say of pictures, in their weighted sum; process 0 asks them, and all hear the answer.</summary>
    /// <exception cref="InputException">One fails more often than the recipe bears.</exception>
    public RewardScores Judge(PictureBatch pictures, IReadOnlyList<Condition> conditions) =>
        RunAgreement.FromFirst(Processes, () => _parts.Jury.ScoreTrained(pictures, conditions).Total);

    private void Iterate()
    {
        long started = _clock.GetTimestamp();
        var (waited, exchanged) = (Processes.Waited, Processes.Exchanged);
        using var scope = Tensor.Scope();
        ulong seed = (ulong)Recipe.Seed;
        int count = Recipe.Rollout.Prompts;
        var rollout = _parts.Method.Sample(_parts.Method.Behavior?.Invoke() ?? _parts.Adapter.Weights, _parts.Prompts.Draw(seed, Iteration * count, count), Iteration);
        double sampled = Seconds(ref started);
        var (pictures, said, rewards) = _parts.Method.JudgedPerSample > 0 ? Judged(rollout) : (null, null, []);
        var advantages = _parts.Method.Credit(rewards, rollout.Groups);
        NetworkEvaluations += rollout.NetworkEvaluations;
        double rewarded = Seconds(ref started);

        var statistics = new UpdateStatistics();
        long steps = (long)Recipe.Budget.Iterations * Recipe.Optimizer.UpdatesPerIteration;
        foreach (var update in _parts.Method.Updates(rollout, advantages))
        {
            statistics.Add(UpdateSharing.Differentiate(update, _parts.Adapter.Parameters, Processes));
            double rate = LearningRate.At(Recipe.Optimizer.Schedule, Recipe.Optimizer.LearningRate, _optimizer.StepCount, steps, Recipe.Optimizer.WarmupSteps);
            double decay = Recipe.Optimizer.EmaDecay > 0 ? AverageDecay.At(_optimizer.StepCount, Recipe.Optimizer.EmaDecay) : 1;
            statistics.Mean("gradient/norm", _optimizer.Step(rate, decay));
        }
        _parts.Method.AfterUpdates?.Invoke(_optimizer.StepCount);
        double updated = Seconds(ref started);
        Iteration++;

        SortedDictionary<string, double>? metrics = null;
        if (Processes.IsFirst)
        {
            metrics = IterationMetrics.Of(said, rollout, pictures, advantages, statistics);
            Folder.AppendMetrics(Iteration, metrics);
            Folder.AppendTimings(Iteration, Timings(sampled, rewarded, updated, waited, exchanged));
            _observer.Iterated(Iteration, Recipe.Budget.Iterations, metrics, sampled + rewarded + updated);
        }
        Watch(metrics);
    }

    // What was said of them in particular process 0 alone heard.
    private (PictureBatch Pictures, JuryScores? Said, double[] Rewards) Judged(Rollout rollout)
    {
        var pictures = Generator.Decode(rollout.Final, Processes);
        if (Recipe.Samples.Every > 0 && (Iteration + 1) % Recipe.Samples.Every == 0) SaveSample(pictures, rollout.GroupSize);
        JuryScores? said = null;
        var total = RunAgreement.FromFirst(Processes, () => (said = _parts.Jury.Score(pictures, rollout.Conditions)).Trained.Total);
        RewardCalls += (long)rollout.SampleCount * _parts.Method.JudgedPerSample;
        return (pictures, said, total.Values);
    }

    // What several processes waited and exchanged is part of the seconds before it.
    private Dictionary<string, double> Timings(double sampled, double rewarded, double updated, TimeSpan waited, TimeSpan exchanged)
    {
        var timings = new Dictionary<string, double> { ["seconds/rollout"] = sampled, ["seconds/reward"] = rewarded, ["seconds/update"] = updated };
        if (Processes.Count == 1) return timings;
        timings["processes/count"] = Processes.Count;
        timings["processes/waiting"] = (Processes.Waited - waited).TotalSeconds;
        timings["processes/exchanging"] = (Processes.Exchanged - exchanged).TotalSeconds;
        return timings;
    }

    private IReadOnlyList<string> CheckBeforehand()
    {
        var findings = Preflight.Check(new(Recipe, Generator, _parts.Adapter, _parts.Method, _parts.Jury.Trained, _parts.Jury.Heldout, _parts.Prompts, Processes));
        _observer.Told(findings.Summary);
        return findings.Warnings;
    }

    // Process 0 has the metrics; whether the run stops is the same for all.
    private void Watch(SortedDictionary<string, double>? metrics)
    {
        var remarks = metrics is null ? [] : _watchdog.Observe(metrics);
        Remark(remarks);
        string complaint = Recipe.Watchdog.Stop ? Processes.TextFromFirst(() => remarks.FirstOrDefault("")) : "";
        if (complaint.Length == 0) return;
        Save();
        throw new WatchdogStopException(Iteration, complaint, Path);
    }

    private void Remark(IEnumerable<string> sentences)
    {
        if (!Processes.IsFirst) return;
        foreach (string sentence in sentences)
        {
            Folder.AppendRemark(new(Iteration, sentence));
            _observer.Warned(sentence);
        }
    }

    // A row for each prompt, named by the iteration at hand.
    private void SaveSample(PictureBatch pictures, int columns) =>
        _folder?.SaveSample(string.Create(CultureInfo.InvariantCulture, $"{Iteration + 1:D6}.png"), Png.Encode(PictureGrid.Arrange(pictures, new() { Columns = columns, Scale = 2 })));

    private double Seconds(ref long since)
    {
        long now = _clock.GetTimestamp();
        double seconds = _clock.GetElapsedTime(since, now).TotalSeconds;
        since = now;
        return seconds;
    }

    private Dictionary<string, StoredArray> Named(Tensor flat) => _parts.Adapter.Parameters.Slots.ToDictionary(slot => slot.Name,
        slot => StoredArray.Of(slot.Of(flat).ToArray<float>(), slot.Shape), StringComparer.Ordinal);

    private void Save()
    {
        RunAgreement.RequireSame(Processes, State(), Iteration);
        if (!Processes.IsFirst) return;
        var arrays = new Dictionary<string, StoredArray>();
        foreach (var (name, tensor) in State()) arrays[name] = StoredArray.Of(tensor.ToArray<float>(), tensor.Count);
        Folder.SaveCheckpoint(Iteration, arrays, new JsonObject
        {
            ["optimizer_steps"] = _optimizer.StepCount, ["reward_calls"] = RewardCalls, ["network_evaluations"] = NetworkEvaluations,
        });
    }

    private void Restore()
    {
        using var checkpoint = _folder?.LoadLatest();
        foreach (string remark in _folder?.Remarks ?? []) _observer.Warned(remark);
        if (!Processes.Any(checkpoint is not null))
        {
            Remark(CheckBeforehand());
            return;
        }
        foreach (var line in _folder?.ReadMetrics() ?? []) _watchdog.Observe(line.Values);
        foreach (var (name, tensor) in State())
        {
            checkpoint?.Singles(name).CopyTo(tensor.AsSpan<float>());
            Processes.CopyFromFirst(tensor);
        }
        using var scope = Tensor.Scope();
        var counters = Tensor.From([checkpoint?.Iteration ?? 0, Counter("optimizer_steps"), Counter("reward_calls"), Counter("network_evaluations")], 4);
        Processes.CopyFromFirst(counters);
        if (counters.AsSpan<long>() is not [var iteration, var steps, var calls, var evaluations]) throw new System.Diagnostics.UnreachableException();
        (Iteration, _optimizer.StepCount, RewardCalls, NetworkEvaluations) = (iteration, steps, calls, evaluations);

        long Counter(string name) => checkpoint?.State[name]!.GetValue<long>() ?? 0;
    }

    private IEnumerable<(string Name, Tensor Tensor)> State()
    {
        yield return ("parameters", _parts.Adapter.Parameters.Values);
        yield return ("first_moments", _optimizer.First);
        yield return ("second_moments", _optimizer.Second);
        if (_optimizer.Average is { } average) yield return ("average", average);
        foreach (var (name, tensor) in _parts.Method.State) yield return ($"method.{name}", tensor);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _optimizer.Dispose();
        _parts.Dispose();
        Generator.Dispose();
        _folder?.Dispose();
    }
}
