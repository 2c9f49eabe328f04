namespace Visalign.Runs;

/// <summary>A run folder as its readers see it: nothing is held or written, and the run may still be going.</summary>
public sealed class KeptRun
{
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

    /// <summary>What it was made with.</summary>
    public Provenance Provenance { get; }

    /// <summary>The file of what it learned, there once it has ended.</summary>
    public string PolicyFile => System.IO.Path.Combine(Path, RunFolder.PolicyName);

    /// <summary>Where its report is, once it has ended.</summary>
    public string ReportFile => System.IO.Path.Combine(Path, RunFolder.ReportName);

    /// <summary>A line of metrics for every iteration so far.</summary>
    public IReadOnlyList<IterationLine> Metrics => IterationLog.Read(System.IO.Path.Combine(Path, RunFolder.MetricsName));

    /// <summary>Wall times of everything it did so far; what a killed process did in vain is among them.</summary>
    public IReadOnlyList<IterationLine> Timings => IterationLog.Read(System.IO.Path.Combine(Path, RunFolder.TimingsName));

    /// <summary>Opens a run folder for reading.</summary>
    /// <exception cref="InputException">Not a run folder, of another layout, or damaged.</exception>
    public static KeptRun Open(string path)
    {
        RunMark.Check(path);
        return RunFolder.Exists(path)
            ? new(path)
            : throw new InputException($"{path}: its creation was interrupted before anything ran; start the run again with this folder as --out.");
    }
}
