using Visalign.Networks;
using Visalign.Torch;

namespace Visalign.Pretraining;

/// <summary>Trains an image tokenizer on rendered scenes.</summary>
/// <remarks>Loss: <c>mean |x - y| + mean (x - y)²</c> and what <see cref="VectorQuantizer.Losses"/> adds. Departures from LlamaGen: no perceptual and no adversarial term.</remarks>
public static class VqPretraining
{
    /// <summary>Runs the training.</summary>
    /// <returns>Averaged weights by name.</returns>
    public static List<(string Name, Tensor Value)> Run(PretrainingOptions options, VqAutoencoderConfig config, TimeProvider clock, IProgress<PretrainingProgress>? progress = null, CancellationToken stop = default)
    {
        using var scope = Tensor.Scope();
        var (pictures, _) = SceneData.Draw(options.Scenes, (ulong)options.Seed);
        var average = PretrainingLoop.Run(VqAutoencoder.Initialize(config, (ulong)options.Seed), options, (weights, step) =>
        {
            var pixels = SceneData.Signed(pictures.IndexSelect(0, SceneData.Rows(options, step)));                // [B, 3, H, W]
            var latents = VqAutoencoder.Latents(weights, config, pixels);
            var codes = VectorQuantizer.Indices(weights["quantize"], config, latents);
            var rebuilt = VqAutoencoder.Pictures(weights, config, VectorQuantizer.StraightThrough(weights["quantize"], config, latents, codes));
            var difference = rebuilt - pixels;
            var losses = VectorQuantizer.Losses(weights["quantize"], config, latents, codes);
            return difference.Abs().Mean() + difference.Square().Mean() + losses.Codebook + losses.Commitment + losses.Entropy;
        }, clock, progress, stop);
        return [.. average.Select(entry => (entry.Name, scope.Keep(entry.Value)))];
    }
}
