namespace Visalign.Runs;

/// <summary>Hears how a run is going; the terminal view is one.</summary>
public interface IRunObserver
{
    /// <summary>A run is opened, new or to be gone on with: what is heard from here on is its own.</summary>
    /// <param name="pictures">Pictures that it samples in an iteration.</param>
    void Opened(int pictures);

    /// <summary>A part of the work has begun: "evaluating the base at 7 guidance scales".</summary>
    void Began(string what);

    /// <summary>How far the part begun last has come.</summary>
    /// <param name="share">In [0, 1].</param>
    void Advanced(double share);

    /// <summary>Something to tell in a sentence: batch arithmetic, what the preflight found in order, where the run folder is.</summary>
    void Told(string sentence);

    /// <summary>Preflight or watchdog noticed something that is going wrong, or something had to be mended in the run folder.</summary>
    void Warned(string sentence);

    /// <summary>An iteration ended.</summary>
    /// <param name="metrics">Names of the form area/word, such as <c>reward/mean</c>.</param>
    void Iterated(long iteration, long iterations, IReadOnlyDictionary<string, double> metrics, double seconds);

    /// <summary>The policy was evaluated on held-out prompts.</summary>
    /// <param name="score">Share of pictures that the exact checker accepts, in [0, 1].</param>
    /// <param name="tasks">The same by task.</param>
    void Evaluated(long iteration, double score, IReadOnlyDictionary<string, double> tasks);
}
