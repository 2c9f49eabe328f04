using Visalign.Runs;
using Visalign.Torch.Safetensors;

namespace Visalign.Pretraining;

/// <summary>A network as the card tells of it.</summary>
/// <param name="Name">"autoencoder".</param>
/// <param name="File">Its file.</param>
/// <param name="Parameters">How many numbers it has.</param>
/// <param name="Hash">SHA-256 of the file.</param>
/// <param name="Training">Steps, seconds, last loss; or where it was taken from.</param>
public sealed record CardNetwork(string Name, string File, long Parameters, string Hash, string Training)
{
    /// <summary>A network in its file.</summary>
    /// <param name="folder">The model folder.</param>
    /// <param name="file">Within it.</param>
    internal static CardNetwork Of(string name, string folder, string file, string training)
    {
        string path = Path.Combine(folder, file);
        using var stored = SafetensorsFile.Open(path);
        return new(name, file, stored.Entries.Values.Sum(entry => entry.Shape.Aggregate(1L, (product, size) => product * size)), ContentHash.Of(path), training);
    }
}
