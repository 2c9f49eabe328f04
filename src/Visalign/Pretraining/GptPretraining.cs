using Visalign.Generators;
using Visalign.Networks;
using Visalign.Torch;
using Visalign.Worlds;

namespace Visalign.Pretraining;

/// <summary>Trains a <see cref="LlamaGenGpt"/> on the codes of rendered scenes and their prompts.</summary>
/// <remarks>Next-token cross-entropy with dropped prompts for guidance, as LlamaGen (Sun et al., arXiv 2406.06525).</remarks>
public static class GptPretraining
{
    /// <summary>Runs the training.</summary>
    /// <param name="flaws">What is wrong with some of the training pictures.</param>
    /// <param name="from">Weights of the same network to begin with; null: fresh ones.</param>
    /// <param name="tokenizer">Trained weights of <see cref="VqAutoencoder"/>.</param>
    /// <returns>Averaged weights by name.</returns>
    public static List<(string Name, Tensor Value)> Run(PretrainingOptions options, LlamaGenGptConfig config, SceneFlaws flaws, Weights tokenizer, VqAutoencoderConfig tokenizerConfig,
        Weights? from, TimeProvider clock, IProgress<PretrainingProgress>? progress = null, CancellationToken stop = default)
    {
        using var scope = Tensor.Scope();
        var (codes, words) = EncodedScenes(options, flaws, tokenizer, tokenizerConfig);
        ulong seed = (ulong)options.Seed;
        var first = from?.All().Select(entry => (entry.Name, Value: entry.Tensor)) ?? [.. LlamaGenGpt.Initialize(config, seed), .. WordCaptions.Initialize(config, Vocabulary.Size, ~seed)];
        var average = PretrainingLoop.Run(first, options, (weights, step) =>
        {
            var rows = SceneData.Rows(options, step);
            var tokens = codes.IndexSelect(0, rows);                                                       // [B, N]
            var asked = words.IndexSelect(0, rows) * SceneData.Asked(options, step, config.ConditionDropout);
            return -TokenLogProb.Of(LlamaGenGpt.Logits(weights, config, WordCaptions.Embed(weights, asked), tokens), tokens).Mean();
        }, clock, progress, stop);
        return [.. average.Select(entry => (entry.Name, scope.Keep(entry.Value)))];
    }

    private static (Tensor Codes, Tensor Words) EncodedScenes(PretrainingOptions options, SceneFlaws flaws, Weights tokenizer, VqAutoencoderConfig config)
    {
        using var scope = Tensor.Scope();
        using var _ = Autograd.NoGrad();
        var (pictures, words) = SceneData.Draw(options.Scenes, (ulong)options.Seed, flaws);
        List<Tensor> encoded = [];
        foreach (var part in pictures.Split(256, 0))
        {
            using var batch = Tensor.Scope();
            encoded.Add(batch.Keep(VqAutoencoder.Encode(tokenizer, config, SceneData.Signed(part)).Reshape(part.Size(0), -1)));
        }
        return (scope.Keep(Tensor.Cat(encoded.ToArray())), scope.Keep(words));
    }
}
