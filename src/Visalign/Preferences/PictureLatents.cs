using Visalign.Generators;
using Visalign.Pictures;
using Visalign.Torch;

namespace Visalign.Preferences;

/// <summary>Which latents stand for a picture.</summary>
public enum PictureLatentChoice
{
    /// <summary>The most likely ones, the same each time.</summary>
    Mean,
    /// <summary>A draw from what the encoder holds for likely, as in the code of Diffusion-DPO.</summary>
    Draw,
}

/// <summary>Pictures as the denoiser knows them.</summary>
public static class PictureLatents
{
    /// <summary>Reads PNG files and encodes them.</summary>
    /// <param name="paths">B files.</param>
    /// <param name="key">The draws' stream of the first picture; each next one adds one sample.</param>
    /// <returns>Shape <c>[B, C, H, W]</c>, of the latents that the generator samples.</returns>
    /// <exception cref="InputException">A file is no PNG, or of another size than the model's pictures.</exception>
    public static Tensor Of(NoiseGenerator generator, IReadOnlyList<string> paths, PictureLatentChoice choice, NoiseKey key)
    {
        using var scope = Tensor.Scope();
        using var _ = Autograd.NoGrad();
        List<Tensor> latents = [];
        for (int i = 0; i < paths.Count; i++)
        {
            using var inner = Tensor.Scope();
            var picture = RgbPicture.Batch([Png.Read(paths[i])]);                                          // [1, 3, H, W]
            if (picture.Height != generator.PictureSide || picture.Width != generator.PictureSide)
                throw new InputException($"{paths[i]}: has {picture.Width}x{picture.Height} pixels, and the model draws {generator.PictureSide}x{generator.PictureSide}. Bring the pictures to this size.");
            var posterior = generator.Autoencoder.Encode(Tensor.From(picture.Data, 1, 3, picture.Height, picture.Width));
            latents.Add(inner.Keep(choice == PictureLatentChoice.Mean ? posterior.Mean : posterior.Draw(generator.DrawNoise(key, key.Sample + i, 1))));
        }
        return scope.Keep(Tensor.Cat(latents.ToArray()));
    }
}
