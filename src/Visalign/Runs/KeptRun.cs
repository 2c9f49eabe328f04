using System.Globalization;
using Visalign.Torch.Safetensors;

namespace Visalign.Runs;

/// <summary>A run folder as its readers see it: nothing is held or written, and the run may still be going.</summary>
public sealed class KeptRun
{
    /// <summary>How timings begin that add up to the run's wall time; others say what part of it went where.</summary>
    internal const string WallSeconds = "seconds/";

    /// <summary>The timing of an evaluation.</summary>
    internal const string EvaluationSeconds = WallSeconds + "evaluation";

    private KeptRun(string path)
    {
        Path = path;
        string recipe = System.IO.Path.Combine(path, RunFolder.RecipeFile), provenance = System.IO.Path.Combine(path, RunFolder.ProvenanceFile);
        Recipe = Recipe.File.Read(recipe);
        Provenance = Provenance.FromJson(provenance, File.ReadAllText(provenance));
    }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>What it runs, every default resolved.</summary>
    public Recipe Recipe { get; }

    /// <summary>What it was begun with; null where the program that made it did not keep that.</summary>
    internal Recipe? RecipeAtBeginning => Provenance.Recipe is { } text ? Recipe.File.Parse(text, $"{System.IO.Path.Combine(Path, RunFolder.ProvenanceFile)}, recipe") : null;

    /// <summary>What it was made with.</summary>
    public Provenance Provenance { get; }

    /// <summary>Where its report is, once it has ended.</summary>
    public string ReportFile => System.IO.Path.Combine(Path, RunFolder.ReportName);

    /// <summary>A line of metrics for every iteration so far.</summary>
    public IReadOnlyList<IterationLine> Metrics => IterationLog.Read(System.IO.Path.Combine(Path, RunFolder.MetricsName));

    /// <summary>What preflight and watchdog had to say.</summary>
    public IReadOnlyList<RunRemark> Remarks => RemarkLog.Read(System.IO.Path.Combine(Path, RunFolder.RemarksName));

    /// <summary>Wall times of everything it did so far; what a killed process did in vain is among them.</summary>
    public IReadOnlyList<IterationLine> Timings => IterationLog.Read(System.IO.Path.Combine(Path, RunFolder.TimingsName));

    /// <summary>Wall time of the training itself, without its evaluations.</summary>
    public TimeSpan TrainingTime => TrainingTimes().Values.DefaultIfEmpty().Max();

    /// <summary>Wall time of everything it did so far.</summary>
    public TimeSpan WallTime => TimeSpan.FromSeconds(Timings.Sum(Wall));

    /// <summary>Wall time of the training without its evaluations, by the iterations done in it; of an iteration that was done twice, since a killed process did it in vain, the second counts.</summary>
    public IReadOnlyDictionary<long, TimeSpan> TrainingTimes()
    {
        double sum = 0;
        return Timings.Where(line => !line.Values.ContainsKey(EvaluationSeconds)).GroupBy(line => line.Iteration).OrderBy(lines => lines.Key)
            .ToDictionary(lines => lines.Key, lines => TimeSpan.FromSeconds(sum += Wall(lines.Last())));
    }

    private static double Wall(IterationLine line) => line.Values.Where(part => part.Key.StartsWith(WallSeconds, StringComparison.Ordinal)).Sum(part => part.Value);

    /// <summary>What training took, as the policy's file says.</summary>
    /// <exception cref="InputException">The run has not ended, or the file was not written by it.</exception>
    public RunCost Cost()
    {
        string path = System.IO.Path.Combine(Path, RunFolder.PolicyName);
        if (!File.Exists(path)) throw new InputException($"{Path}: this run has not ended; go on with it by 'visalign resume {Path}'.");
        using var file = SafetensorsFile.Open(path);
        return new(Count(file, "reward_calls"), Count(file, "network_evaluations"));
    }

    private static long Count(SafetensorsFile file, string key) =>
        long.TryParse(file.Metadata?.GetValueOrDefault(key), NumberStyles.None, CultureInfo.InvariantCulture, out long count)
            ? count
            : throw new InputException($"{file.Path}: its metadata lack '{key}'; the file was not written by the run in its folder, so restore it from a copy.");

    /// <summary>Opens a run folder for reading.</summary>
    /// <exception cref="InputException">Not a run folder, of another layout, or damaged.</exception>
    public static KeptRun Open(string path)
    {
        RunFolder.RequireWhole(path);
        return new(path);
    }
}

/// <summary>What training took.</summary>
/// <param name="RewardCalls">Pictures that the trained rewards judged.</param>
/// <param name="NetworkEvaluations">Samples × network forwards of all rollouts, both guidance branches counted.</param>
public sealed record RunCost(long RewardCalls, long NetworkEvaluations);
