using Visalign.Generators;
using Visalign.Networks;
using Visalign.Torch.Safetensors;
using Visalign.Worlds;

namespace Visalign.Tests.Runs;

/// <summary>A model of one block with random weights, made in a moment.</summary>
internal static class TinyModel
{
    /// <summary>Saves it as a model folder.</summary>
    public static void Save(string folder)
    {
        Directory.CreateDirectory(folder);
        var network = new TextDitConfig { Width = 32, Blocks = 1, Heads = 2, Vocabulary = Vocabulary.Size };
        using var scope = Tensor.Scope();
        // Its branches begin at zero, where nothing moves; a little noise opens them.
        TensorFiles.Save(Path.Combine(folder, "transformer.safetensors"), TextDit.Initialize(network, 1)
            .Select((entry, at) => (entry.Name, entry.Value + Noise.Normal(new(2, NoisePurpose.Probe, at), 0, [1, entry.Value.Count]).Reshape(entry.Value.Shape) * 0.05)));
        TensorFiles.Save(Path.Combine(folder, "vae.safetensors"), ToyVae.Initialize(3).Select(entry => (entry.Name, entry.Value)));
        ModelFolder.SaveConfig(folder, new() { Network = network, LatentScale = 1 });
    }
}
