using System.Globalization;
using Visalign.Benchmarks;
using Visalign.Methods;
using Visalign.Pictures;
using Visalign.Rewards;
using Visalign.Runs;
using Visalign.Torch;
using Visalign.Torch.Engines;
using Visalign.Worlds;

namespace Visalign.Studies;

/// <summary>A recipe over several seeds, against the baselines that every method has to face.</summary>
/// <remarks>
/// The base at its best guidance scale; best of N from the base, picked by the trained reward, with N the reward calls of a
/// training over the held-out prompts, at least 4; and the fine-tuning that the method names (<see cref="IMethod.Baseline"/>),
/// with its reward calls and optimizer steps. Every run lies in a folder of its own and is gone on with, so that an interruption costs
/// one iteration.
/// </remarks>
public sealed class Reproduction
{
    /// <summary>Fewest pictures of best-of-N.</summary>
    private const int LeastSamples = 4;

    private readonly string _folder;
    private readonly ShippedRecipe _shipped;
    private readonly IRunObserver _observer;
    private readonly TimeProvider _clock;
    private readonly CancellationToken _stop;
    private KeptRun? _first; // measured the base for all

    private Reproduction(string folder, ShippedRecipe shipped, IRunObserver observer, TimeProvider clock, CancellationToken stop) =>
        (_folder, _shipped, _observer, _clock, _stop) = (folder, shipped, observer, clock, stop);

    /// <summary>Runs what is not yet there, then writes <c>summary.json</c> and <c>report.html</c>.</summary>
    /// <param name="folder">One that is missing, empty, or holds a part of this very reproduction.</param>
    /// <param name="seeds">Training seeds: the recipe's and those that follow it.</param>
    /// <exception cref="InputException">The recipe or the folder cannot be used.</exception>
    /// <exception cref="OperationCanceledException">Stopped; call again to go on.</exception>
    public static ReproductionSummary Run(string folder, ShippedRecipe shipped, int seeds, IRunObserver observer, TimeProvider clock, CancellationToken stop) =>
        new Reproduction(Path.GetFullPath(folder), shipped, observer, clock, stop).Complete(seeds);

    private ReproductionSummary Complete(int seeds)
    {
        Directory.CreateDirectory(_folder);
        var method = Enumerable.Range(0, seeds).Select(seed => Align(_shipped.Name, _shipped.Recipe, seed)).ToList();
        var baseline = _shipped.Recipe.Method.Baseline;
        var tuning = Enumerable.Range(0, seeds).Select(seed => Align(baseline.Name, _shipped.Recipe with { Method = baseline.Method }, seed)).ToList();
        var summary = new ReproductionSummary
        {
            Slug = _shipped.Name,
            Seeds = [.. method.Select(run => run.Provenance.Seed)],
            Systems =
            [
                ReproducedSystem.OfBase(method),
                BestOfN(method),
                ReproducedSystem.OfRuns(baseline.Words, SystemRole.Baseline, tuning),
                ReproducedSystem.OfRuns(_shipped.Name, SystemRole.Aligned, method),
            ],
        };
        AtomicFile.Write(Path.Combine(_folder, "summary.json"), System.Text.Encoding.UTF8.GetBytes(summary.ToJson()));
        AtomicFile.Write(Path.Combine(_folder, "report.html"), System.Text.Encoding.UTF8.GetBytes(ReproductionReport.Draw(summary, method, (baseline.Words, tuning))));
        return summary;
    }

    private KeptRun Align(string name, Recipe recipe, int offset)
    {
        long seed = recipe.Seed + offset;
        string path = Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"{name}-{seed}"));
        if (!RunFolder.Exists(path))
        {
            _observer.Told($"{name}, seed {seed}");
            AlignmentStudy.Start(path, recipe with { Seed = seed }, _observer, _clock, _stop, _first);
        }
        else
        {
            var kept = KeptRun.Open(path);
            if (kept.Recipe with { Seed = 0, Model = "", Prompts = "" } != recipe with { Seed = 0, Model = "", Prompts = "" })
                throw new InputException($"{path}: this run has another recipe than the one asked for. Give another --out, or delete the run.");
            if (!File.Exists(kept.ReportFile)) AlignmentStudy.Resume(path, _observer, _clock, _stop);
        }
        var finished = KeptRun.Open(path);
        _first ??= finished;
        return finished;
    }

    private ReproducedSystem BestOfN(List<KeptRun> runs)
    {
        var recipe = runs[0].Recipe;
        var plain = EvaluationFolder.Get<KeptEvaluation>(runs[0].Path, EvaluationFolder.Base);
        int n = (int)Math.Max(LeastSamples, Math.Ceiling((double)runs[0].Cost().RewardCalls / plain.Prompts));
        _observer.Began($"sampling {n} pictures of each of {plain.Prompts} held-out prompts from the base");
        Engine.Start();
        long started = _clock.GetTimestamp();
        using var policy = Policy.OfModel(recipe.Model);
        var judges = recipe.Rewards.Select(reward => new WeightedReward(RewardCatalog.Create(reward, new(_clock, (int)recipe.Seed)), reward.Weight)).ToList();
        using var scope = Tensor.Scope();
        var picked = BestOfSampling.Run(policy.Generator, policy.Weights, PromptSplit.HeldOut, plain.Prompts, plain.Steps, plain.GuidanceScale, n, new RewardSum(judges), share =>
        {
            _stop.ThrowIfCancellationRequested();
            _observer.Advanced(share);
        });
        foreach (var judge in judges) (judge.Reward as IDisposable)?.Dispose();
        var kept = KeptEvaluation.Of(picked, plain.Metric, plain.Asked, 0, PromptSplit.HeldOut, plain.GuidanceScale, plain.Steps);
        return ReproducedSystem.Of($"best of {n} from the base", SystemRole.Baseline, [.. runs.Select(_ => kept)], bases: [.. runs.Select(_ => plain)]) with
        {
            Note = $"{n} pictures for each answer, picked by the trained reward",
            RewardCalls = (long)n * plain.Prompts,
            NetworkEvaluations = picked.NetworkEvaluations,
            Seconds = _clock.GetElapsedTime(started).TotalSeconds,
        };
    }
}
