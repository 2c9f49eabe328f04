using Visalign.Generators;
using Visalign.Networks;
using Visalign.Torch.Safetensors;
using Visalign.Worlds;

namespace Visalign.Tests.Generators;

/// <summary>A model folder with a network that is small and knows nothing.</summary>
internal static class TinyModel
{
    /// <summary>Writes one.</summary>
    public static string Make(string folder)
    {
        Directory.CreateDirectory(folder);
        var network = new TextDitConfig { Width = 32, Blocks = 1, Heads = 2, Vocabulary = Vocabulary.Size };
        using var scope = Tensor.Scope();
        // Its branches begin at zero, where nothing moves; a little noise opens them.
        TensorFiles.Save(Path.Combine(folder, "transformer.safetensors"), TextDit.Initialize(network, 1)
            .Select((entry, at) => (entry.Name, entry.Value + Noise.Normal(new(2, NoisePurpose.Probe, at), 0, [1, entry.Value.Count]).Reshape(entry.Value.Shape) * 0.05)));
        TensorFiles.Save(Path.Combine(folder, "vae.safetensors"), ToyVae.Initialize(3));
        ModelFolder.SaveConfig(folder, new() { Network = network, LatentScale = 1 });
        return folder;
    }
}
