namespace Visalign.Studies;

/// <summary>A recipe of a model over the latents of the embedded world's autoencoder: both, and what is measured of them.</summary>
public interface ILatentRecipe : IPretrainingRecipe
{
    /// <summary>The autoencoder.</summary>
    VaeRecipe Vae { get; }

    /// <summary>What is measured of the result, for its card.</summary>
    MeasurementRecipe Measurement { get; }

    /// <summary>What is trained over its latents.</summary>
    internal ILatentModel Model { get; }

    /// <summary>The recipe as a file, with every default resolved.</summary>
    /// <param name="vae">How the autoencoder was trained in fact.</param>
    internal string Resolve(VaeRecipe vae);
}
