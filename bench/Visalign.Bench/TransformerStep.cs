using Visalign.Networks;
using Visalign.Torch;

namespace Visalign.Bench;

/// <summary>One training step of the toy transformer, or of a wider one.</summary>
internal static class TransformerStep
{
    internal static Prepared Ready(TextDitConfig config, int batch)
    {
        long[] shape = [batch, config.LatentChannels, config.LatentSize, config.LatentSize];
        var latents = TrainingStep.Normal(2, shape);
        var levels = TrainingStep.Normal(4, batch, 1).Sigmoid().Reshape(-1);
        var words = new long[batch * config.PromptLength];
        for (int i = 0; i < words.Length; i++) words[i] = Noise.Below(config.Vocabulary, new(1, NoisePurpose.Choice), i);
        var prompts = Tensor.From(words, batch, config.PromptLength);
        return TrainingStep.Ready(() => TextDit.Initialize(config, seed: 1), TrainingStep.Normal(3, shape), weights => TextDit.Velocity(weights, config, latents, levels, prompts));
    }
}
