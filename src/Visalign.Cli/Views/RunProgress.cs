using Visalign.Runs;

namespace Visalign.Cli.Views;

/// <summary>Remembers what a view shows of a run; not for several threads at once.</summary>
internal sealed class RunProgress(RunTitle title, TimeProvider clock) : IRunObserver
{
    private const string Reward = "reward/mean";

    private readonly List<ChartPoint> _rewards = [], _scores = [];
    private readonly List<string> _warnings = [];
    private Pace _pace = new(clock);
    private int _pictures;
    private long _partBegan = clock.GetTimestamp();

    internal RunTitle Title => title;

    /// <summary>The part of the work at hand.</summary>
    internal string Part { get; private set; } = "starting";

    /// <summary>How far it has come, in [0, 1].</summary>
    internal double Share { get; private set; }

    internal long Iteration { get; private set; }

    /// <summary>How many there will be; 0 before the first has ended.</summary>
    internal long Iterations { get; private set; }

    /// <summary>The mean training reward by iteration.</summary>
    internal IReadOnlyList<ChartPoint> Rewards => _rewards;

    /// <summary>The held-out score by iteration.</summary>
    internal IReadOnlyList<ChartPoint> Scores => _scores;

    /// <summary>The first held-out scores by task, before training.</summary>
    internal IReadOnlyDictionary<string, double> FirstTasks { get; private set; } = new Dictionary<string, double>();

    /// <summary>The newest held-out scores by task.</summary>
    internal IReadOnlyDictionary<string, double> Tasks { get; private set; } = new Dictionary<string, double>();

    /// <summary>The last thing told.</summary>
    internal string Sentence { get; private set; } = "";

    /// <summary>What the watchdog said, oldest first, each sentence once.</summary>
    internal IReadOnlyList<string> Warnings => _warnings;

    internal double? IterationsPerMinute => _pace.IterationsPerMinute;

    internal double? PicturesPerSecond => _pace.IterationsPerMinute / 60 * _pictures;

    /// <summary>Time left for the iterations or, before and after them, for the part at hand; null while it cannot be told.</summary>
    internal TimeSpan? Left => Iteration < Iterations ? _pace.Left(Iterations) : Share > 0 ? PartLeft() : null;

    /// <inheritdoc/>
    public void Opened(int pictures)
    {
        _rewards.Clear();
        _scores.Clear();
        (_pace, _pictures, Iteration, Iterations) = (new(clock), pictures, 0, 0);
    }

    /// <inheritdoc/>
    public void Began(string what) => (Part, Share, _partBegan) = (what, 0, clock.GetTimestamp());

    /// <inheritdoc/>
    public void Advanced(double share) => Share = Math.Clamp(share, 0, 1);

    /// <inheritdoc/>
    public void Told(string sentence) => Sentence = sentence;

    /// <inheritdoc/>
    public void Warned(string sentence)
    {
        _warnings.Remove(sentence);
        _warnings.Add(sentence);
    }

    /// <inheritdoc/>
    public void Iterated(long iteration, long iterations, IReadOnlyDictionary<string, double> metrics, double seconds)
    {
        _pace.Mark(iteration, seconds);
        (Part, Share) = ("aligning", (double)iteration / iterations);
        (Iteration, Iterations) = (iteration, iterations);
        if (metrics.TryGetValue(Reward, out double reward))
        {
            _rewards.Add(new ChartPoint(iteration, reward));
        }
    }

    /// <inheritdoc/>
    public void Evaluated(long iteration, double score, IReadOnlyDictionary<string, double> tasks)
    {
        _scores.Add(new ChartPoint(iteration, score));
        FirstTasks = _scores.Count == 1 ? tasks : FirstTasks;
        Tasks = tasks;
    }

    private TimeSpan PartLeft()
    {
        var elapsed = clock.GetElapsedTime(_partBegan);

        return elapsed / Share - elapsed;
    }
}
