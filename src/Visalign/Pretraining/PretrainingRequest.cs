namespace Visalign.Pretraining;

/// <summary>A model to make, whatever its kind.</summary>
public sealed record PretrainingRequest
{
    /// <summary>The model folder to make: missing or empty.</summary>
    public required string Folder { get; init; }

    /// <summary>A folder with a finished <c>vae.safetensors</c> to build on; null to train one.</summary>
    public string? Autoencoder { get; init; }

    /// <summary>A model, shipped name or folder, whose transformer to begin with, and whose autoencoder is used; null to begin afresh.</summary>
    public string? From { get; init; }

    /// <summary>The command line, for the card.</summary>
    public required string Command { get; init; }

    /// <summary>Refuses what only a generator over latents is built on.</summary>
    /// <exception cref="InputException">An autoencoder or a model to begin with was given.</exception>
    internal void ExpectNothingToBuildOn()
    {
        if (Autoencoder is not null) throw new InputException($"--vae {Autoencoder}: this kind of model has no autoencoder; leave it out.");
        if (From is not null) throw new InputException($"--from {From}: this kind of model begins as its recipe says; leave it out.");
    }

    /// <summary>What the model is called: the folder's own name.</summary>
    internal string Name => Path.GetFileName(Path.GetFullPath(Path.TrimEndingDirectorySeparator(Folder)));
}
