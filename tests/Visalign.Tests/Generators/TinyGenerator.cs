using Visalign.Generators;
using Visalign.Networks;
using Visalign.Torch.Safetensors;
using Visalign.Worlds;

namespace Visalign.Tests.Generators;

/// <summary>A random generator of one narrow block; its branches are opened by a little noise, since they begin at zero, where nothing moves.</summary>
public static class TinyGenerator
{
    /// <summary>Makes one; the caller disposes it.</summary>
    public static NoiseGenerator Create()
    {
        using var scope = Tensor.Scope();
        var (config, transformer, autoencoder) = Parts();
        return new(config, transformer, autoencoder);
    }

    /// <summary>Writes one as a model folder.</summary>
    public static void Save(string folder)
    {
        using var scope = Tensor.Scope();
        Directory.CreateDirectory(folder);
        var (config, transformer, autoencoder) = Parts();
        TensorFiles.Save(Path.Combine(folder, "transformer.safetensors"), transformer);
        TensorFiles.Save(Path.Combine(folder, "vae.safetensors"), autoencoder);
        ModelFolder.SaveConfig(folder, config);
    }

    private static (GeneratorConfig Config, (string, Tensor)[] Transformer, (string, Tensor)[] Autoencoder) Parts()
    {
        var network = new TextDitConfig { Width = 32, Blocks = 1, Heads = 2, Vocabulary = Vocabulary.Size };
        return (new() { Network = network, LatentScale = 1 },
            [.. TextDit.Initialize(network, 1).Select((entry, at) =>
                (entry.Name, entry.Value + Noise.Normal(new(2, NoisePurpose.Probe, at), 0, [1, entry.Value.Count]).Reshape(entry.Value.Shape) * 0.05))],
            [.. ToyVae.Initialize(3).Select(entry => (entry.Name, entry.Value))]);
    }
}
