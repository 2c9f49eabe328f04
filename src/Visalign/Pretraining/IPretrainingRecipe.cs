using Visalign.Runs;

namespace Visalign.Pretraining;

/// <summary>A recipe of <c>visalign pretrain</c>: how one kind of model is made.</summary>
public interface IPretrainingRecipe
{
    /// <summary>Samples per step of the main training.</summary>
    int BatchSize { get; }

    /// <summary>Makes the model folder; it appears when it is whole.</summary>
    /// <returns>A sentence on what came of it; the folder's README.md has the rest.</returns>
    /// <exception cref="InputException">The folder is taken, or the request asks for what this kind of model has no use for.</exception>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    string Make(PretrainingRequest request, IRunObserver observer, TimeProvider clock, CancellationToken token);
}
