using Visalign.Networks;
using Visalign.Objectives;
using Visalign.Rewards;
using Visalign.Torch;

namespace Visalign.Pretraining;

/// <summary>Trains a small CLIP on scenes of the embedded world and prompts that are nearly true of them.</summary>
/// <remarks>The contrastive loss of Radford et al., arXiv 2103.00020, within whole families of near misses (<see cref="FamilyBatch"/>).</remarks>
public static class TwoTowerPretraining
{
    /// <summary>Runs the training.</summary>
    /// <param name="options">A batch is that many scenes, of as many families as are whole.</param>
    /// <param name="familySize">Prompts in a family.</param>
    /// <returns>Averaged weights by name.</returns>
    public static List<(string Name, Tensor Value)> Run(
        PretrainingOptions options, ClipConfig config, int familySize, TimeProvider clock, IProgress<PretrainingProgress>? progress = null, CancellationToken stop = default)
    {
        using var scope = Tensor.Scope();
        var pictures = ClipPictures.Square(config.Vision.ImageSize);
        var average = PretrainingLoop.Run(ClipInitialization.Draw(config, (ulong)options.Seed), options, (weights, step) =>
        {
            var batch = Batch(options, familySize, step);
            var texts = ClipModel.EmbedTexts(weights, config, WorldTokens.Encode(batch.Prompts));
            var logits = ClipModel.LogitsPerText(weights, texts, ClipModel.EmbedPictures(weights, config, pictures.Prepare(batch.Pixels)));  // [N, M]
            var own = Tensor.Arange(0, logits.Size(0), dtype: DType.Int64);
            return (ContrastiveLoss.Choice(logits + batch.PromptChoice, own) + ContrastiveLoss.Choice(logits.Transpose(0, 1) + batch.PictureChoice, batch.PromptOfPicture)) * 0.5;
        }, clock, progress, stop);
        return [.. average.Select(entry => (entry.Name, scope.Keep(entry.Value)))];
    }

    private static FamilyBatch Batch(PretrainingOptions options, int familySize, int step)
    {
        var key = new NoiseKey((ulong)options.Seed, NoisePurpose.Choice, Iteration: step);
        int families = Math.Max(1, options.Scenes / familySize);
        return FamilyBatch.Of([.. Enumerable.Range(0, Math.Max(1, options.BatchSize / familySize))
            .Select(i => PictureFamily.Draw((ulong)options.Seed, Noise.Below(families, key, i), familySize))]);
    }
}
