namespace Visalign.Runs;

/// <summary>Hears how a run is going and says nothing: for programs that only want its result.</summary>
public sealed class SilentObserver : IRunObserver
{
    /// <inheritdoc/>
    public void Opened(int pictures) { }

    /// <inheritdoc/>
    public void Began(string what) { }

    /// <inheritdoc/>
    public void Advanced(double share) { }

    /// <inheritdoc/>
    public void Told(string sentence) { }

    /// <inheritdoc/>
    public void Warned(string sentence) { }

    /// <inheritdoc/>
    public void Iterated(long iteration, long iterations, IReadOnlyDictionary<string, double> metrics, double seconds) { }

    /// <inheritdoc/>
    public void Evaluated(long iteration, double score, IReadOnlyDictionary<string, double> tasks) { }
}
