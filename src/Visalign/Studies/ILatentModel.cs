using Visalign.Networks;

namespace Visalign.Studies;

/// <summary>One kind of model over the latents of the embedded world's autoencoder, as a pretraining makes it.</summary>
internal interface ILatentModel
{
    /// <summary>What it is, for its card: a sentence's subject.</summary>
    string Description { get; }

    /// <summary>What people call its network.</summary>
    string Network { get; }

    /// <summary>How the network is trained.</summary>
    PretrainingOptions Training { get; }

    /// <summary>Where its folder has the autoencoder's weights.</summary>
    string AutoencoderFile { get; }

    /// <summary>The files of its networks, without the autoencoder's, by what people call them.</summary>
    IReadOnlyList<(string Name, string File)> Files { get; }

    /// <summary>Refuses a model to go on from whose networks are others.</summary>
    /// <param name="from">Its folder.</param>
    /// <param name="name">As it was named.</param>
    /// <exception cref="InputException">They are.</exception>
    void CheckFrom(string from, string name);

    /// <summary>Trains, and writes all files of the folder but the autoencoder's and the card.</summary>
    /// <param name="folder">It holds the autoencoder.</param>
    /// <param name="autoencoder">Its weights.</param>
    /// <param name="from">The folder of a model to go on from; null to begin afresh.</param>
    void Train(string folder, Weights autoencoder, string? from, TimeProvider clock, IProgress<PretrainingProgress> progress, CancellationToken stop);

    /// <summary>Writes down the guidance scale that the model in a folder samples best at.</summary>
    void Tune(string folder, double guidanceScale);
}
