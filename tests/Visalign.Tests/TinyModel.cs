using Visalign.Generators;
using Visalign.Networks;
using Visalign.Pretraining;
using Visalign.Torch.Safetensors;
using Visalign.Worlds;

namespace Visalign.Tests;

/// <summary>A model folder that runs in milliseconds and has learned nothing.</summary>
internal static class TinyModel
{
    /// <summary>Makes the folder.</summary>
    /// <param name="contrast">Factor of the autoencoder's weights; at 1 pictures are as good as plain, at 2 the checker finds something in them.</param>
    /// <returns>Its path.</returns>
    public static string Create(string folder, double contrast = 1)
    {
        Directory.CreateDirectory(folder);
        var network = new TextDitConfig { Width = 32, Blocks = 1, Heads = 2, Vocabulary = Vocabulary.Size };
        using var scope = Tensor.Scope();
        // Its branches begin at zero, where nothing moves; a little noise opens them.
        TensorFiles.Save(Path.Combine(folder, "transformer.safetensors"), TextDit.Initialize(network, 1)
            .Select((entry, at) => (entry.Name, entry.Value + Noise.Normal(new(2, NoisePurpose.Probe, at), 0, [1, entry.Value.Count]).Reshape(entry.Value.Shape) * 0.05)));
        TensorFiles.Save(Path.Combine(folder, "vae.safetensors"), ToyVae.Initialize(3).Select(entry => (entry.Name, entry.Value * contrast)));
        new GeneratorConfig { Network = network, LatentScale = 1 }.Save(folder);
        return folder;
    }

    /// <summary>Makes the folder of one that predicts noise: a UNet with a text encoder, in the layout of Stable Diffusion 1.5.</summary>
    /// <returns>Its path.</returns>
    public static string CreateDiffusion(string folder)
    {
        using var scope = Tensor.Scope();
        WorldPipeline.Save(folder, Diffusion, [.. WorldPipeline.Networks(Diffusion).Initialize(1)
            .Select((entry, at) => (entry.Name, entry.Value + Noise.Normal(new(2, NoisePurpose.Probe, at), 0, [1, entry.Value.Count]).Reshape(entry.Value.Shape) * 0.05))], latentScale: 1);
        TensorFiles.Save(Path.Combine(folder, WorldPipeline.Autoencoder), ToyVae.Initialize(3));
        return folder;
    }

    /// <summary>Its networks.</summary>
    public static UnetRecipe Diffusion { get; } = new() { Channels = [8, 8], Attends = [true, false], Groups = 4, Text = new() { Width = 8, Blocks = 1 }, Training = new() { Steps = 1 } };

    /// <summary>A recipe that aligns such a model in a second: seven iterations, three evaluations on the way.</summary>
    public static string Recipe(string folder) =>
        $$"""
        recipe: 1
        method: { name: flow-grpo, window: { size: 2, from: 0, to: 3 }, kl_coefficient: 0.04 }
        model: {{folder}}
        adapter: { kind: lora, rank: 2, alpha: 4 }
        rewards: [brightness, { name: symmetry, weight: 0.5 }]
        heldout: [contrast]
        rollout: { prompts: 3, group_size: 4, steps: 4, micro_batch: 5 }
        optimizer: { learning_rate: 0.01 }
        budget: { iterations: 7, checkpoint_every: 2 }
        evaluation: { every: 3, prompts: 12, curve_prompts: 6, tuning_prompts: 6, steps: 2 }
        samples: { every: 3 }
        """;
}
