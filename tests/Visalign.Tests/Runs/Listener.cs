using Visalign.Runs;

namespace Visalign.Tests.Runs;

/// <summary>Remembers what a run said.</summary>
internal sealed class Listener : IRunObserver
{
    /// <summary>Called with each part of the work begun.</summary>
    public Action<string> Part { get; init; } = _ => { };

    /// <summary>Called with each iteration done.</summary>
    public Action<long> Iteration { get; init; } = _ => { };

    public List<string> Sentences { get; } = [];

    public List<string> Warnings { get; } = [];

    public void Opened(int pictures) { }

    public void Began(string what) => Part(what);

    public void Advanced(double share) { }

    public void Told(string sentence) => Sentences.Add(sentence);

    public void Warned(string sentence) => Warnings.Add(sentence);

    public void Iterated(long iteration, long iterations, IReadOnlyDictionary<string, double> metrics, double seconds) => Iteration(iteration);

    public void Evaluated(long iteration, double score, IReadOnlyDictionary<string, double> tasks) { }
}
