using Visalign.Generators;
using Visalign.Networks;
using Visalign.Torch.Safetensors;
using Visalign.Worlds;

namespace Visalign.Tests;

/// <summary>A model folder that draws tokens in milliseconds and has learned nothing.</summary>
internal static class TinyTokenModel
{
    /// <summary>Makes the folder.</summary>
    /// <returns>Its path.</returns>
    public static string Create(string folder)
    {
        Directory.CreateDirectory(folder);
        var vq = new VqAutoencoderConfig { Codes = 16, CodeWidth = 4, LatentChannels = 8, BaseChannels = 8, EncoderLevels = [1, 2], DecoderLevels = [1, 2], Blocks = 1, Groups = 4, Fold = 4 };
        var gpt = new LlamaGenGptConfig
        {
            ReadsCaptions = true, Width = 16, Layers = 1, Heads = 2, KeyHeads = 2, HiddenMultiple = 16, Vocabulary = vq.Codes,
            ConditionTokens = Vocabulary.MaximumWords, ImageTokens = 16, CaptionWidth = 8,
        };
        using var scope = Tensor.Scope();
        // Its output begins at zero, where all tokens are alike; a little noise tells them apart.
        TensorFiles.Save(Path.Combine(folder, "gpt.safetensors"), LlamaGenGpt.Initialize(gpt, 1).Concat(WordCaptions.Initialize(gpt, Vocabulary.Size, 2))
            .Select((entry, at) => (entry.Name, entry.Value + Noise.Normal(new(3, NoisePurpose.Probe, at), 0, [1, entry.Value.Count]).Reshape(entry.Value.Shape) * 0.2)));
        TensorFiles.Save(Path.Combine(folder, "vq.safetensors"), VqAutoencoder.Initialize(vq, 4));
        new TokenGeneratorConfig(gpt, vq, GuidanceScale: 2).Save(folder);
        return folder;
    }

    /// <summary>A recipe that aligns such a model in a second: seven iterations, three evaluations on the way.</summary>
    public static string Recipe(string folder) =>
        $$"""
        recipe: 1
        method: { name: ar-grpo, kl_coefficient: 0.1 }
        model: {{folder}}
        adapter: { kind: lora, rank: 2, alpha: 4 }
        rewards: [brightness, { name: symmetry, weight: 0.5 }]
        heldout: [contrast]
        rollout: { prompts: 3, group_size: 4, guidance_scale: 2, micro_batch: 5 }
        optimizer: { learning_rate: 0.01 }
        budget: { iterations: 7, checkpoint_every: 2 }
        evaluation: { every: 3, prompts: 12, curve_prompts: 6, tuning_prompts: 6 }
        samples: { every: 3 }
        """;
}
