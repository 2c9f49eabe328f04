using Visalign.Runs;

namespace Visalign.Tests.Runs;

/// <summary>Hears everything; keeps the sentences.</summary>
internal sealed class Listener(Action<string>? began = null) : IRunObserver
{
    public List<string> Sentences { get; } = [];

    public void Began(string what) => began?.Invoke(what);
    public void Advanced(double share) { }
    public void Told(string sentence) => Sentences.Add(sentence);
    public void Warned(string sentence) => Sentences.Add(sentence);
    public void Iterated(long iteration, long iterations, IReadOnlyDictionary<string, double> metrics, double seconds) { }
    public void Evaluated(long iteration, double score, IReadOnlyDictionary<string, double> tasks) { }
}
