using Visalign.Networks;
using Visalign.Torch;

namespace Visalign.Pretraining;

/// <summary>Encoded training scenes with the words of their prompts: what a network over latents is trained on.</summary>
/// <param name="Latents">Shape <c>[N, C, H, W]</c>, of unit variance.</param>
/// <param name="Words">Shape <c>[N, L]</c>.</param>
/// <param name="Scale">What brought the latents there.</param>
internal sealed record LatentScenes(Tensor Latents, Tensor Words, double Scale)
{
    /// <summary>Draws and encodes a training set, in the open scope.</summary>
    /// <param name="flaws">What is wrong with some of the pictures.</param>
    /// <param name="autoencoder">Trained weights of <see cref="ToyVae"/>.</param>
    /// <param name="scale">Of a model that is trained on; null to measure it.</param>
    internal static LatentScenes Draw(PretrainingOptions options, SceneFlaws flaws, Weights autoencoder, double? scale = null)
    {
        using var scope = Tensor.Scope();
        using var _ = Autograd.NoGrad();
        var (pictures, words) = SceneData.Draw(options.Scenes, (ulong)options.Seed, flaws);
        List<Tensor> encoded = [];
        foreach (var part in pictures.Split(256, 0))
        {
            using var batch = Tensor.Scope();
            encoded.Add(batch.Keep(ToyVae.Encode(autoencoder, part.To(DType.Float32) / 255).Mean));
        }
        var latents = Tensor.Cat(encoded.ToArray());
        double factor = scale ?? 1 / latents.Square().Mean().Sqrt().Item();
        latents.MulInPlace(factor);
        return new(scope.Keep(latents), scope.Keep(words), factor);
    }

    /// <summary>The samples of one training step, drawn with replacement; some have lost their words.</summary>
    /// <returns>Shapes <c>[B, C, H, W]</c> and <c>[B, L]</c>, in the open scope.</returns>
    internal (Tensor Latents, Tensor Words) Batch(PretrainingOptions options, int step)
    {
        var rows = SceneData.Rows(options, step);
        return (Latents.IndexSelect(0, rows), Words.IndexSelect(0, rows) * SceneData.Asked(options, step));
    }
}
