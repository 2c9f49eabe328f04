using Visalign.Torch;

namespace Visalign.Pretraining;

/// <summary>What makes a model of one kind: the training of an autoencoder, then of a network over what it encodes.</summary>
internal interface IModelTraining
{
    /// <summary>The autoencoder's file in a model folder.</summary>
    string AutoencoderFile { get; }

    /// <summary>What people call the network.</summary>
    string NetworkName { get; }

    /// <summary>The files of the network and what is trained with it in a model folder, by what people call them.</summary>
    IReadOnlyList<(string Name, string File)> NetworkFiles { get; }

    /// <summary>How the autoencoder is trained.</summary>
    PretrainingOptions AutoencoderTraining { get; }

    /// <summary>How the network is trained.</summary>
    PretrainingOptions NetworkTraining { get; }

    /// <summary>What the model is, in a sentence for its card.</summary>
    string Introduction { get; }

    /// <summary>How pictures are sampled for its card.</summary>
    string SampledBy(MeasurementRecipe measurement);

    /// <summary>Trains the autoencoder into its file.</summary>
    /// <returns>The story for the card.</returns>
    string TrainAutoencoder(string path, TimeProvider clock, PretrainingVoice voice, CancellationToken stop);

    /// <summary>Takes the autoencoder over from another folder.</summary>
    /// <returns>The story for the card, and this training with the settings the autoencoder was trained by.</returns>
    /// <exception cref="InputException">There is none, or it is of another network.</exception>
    (string Story, IModelTraining Own) Adopt(string folder, string path);

    /// <summary>Pictures through the autoencoder in its file: a function of shape <c>[B, 3, H, W]</c>, in [0, 1], whose weights belong to the open scope.</summary>
    Func<Tensor, Tensor> ThereAndBack(string path);

    /// <summary>Refuses a model that the network cannot begin from.</summary>
    /// <exception cref="InputException">It is of another network.</exception>
    void CheckStart(string model);

    /// <summary>Trains the network into its file, over the autoencoder in the same folder, and writes the model's configuration.</summary>
    /// <param name="from">The model to begin with; null for fresh weights.</param>
    void TrainNetwork(string folder, string? from, TimeProvider clock, PretrainingVoice voice, CancellationToken stop);

    /// <summary>Writes the best guidance scale into the model's configuration.</summary>
    void SaveGuidance(string folder, double scale);

    /// <summary>A recipe with the settings of this training.</summary>
    PretrainingRecipe In(PretrainingRecipe recipe);
}
