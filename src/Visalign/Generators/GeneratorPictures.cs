using Visalign.Pictures;
using Visalign.Torch;

namespace Visalign.Generators;

/// <summary>Pictures for everything that judges or stores them.</summary>
public static class GeneratorPictures
{
    // Decoders take some hundreds of floats for a pixel; 128 pictures of 32 pixels' side at a time, or a single large one.
    private const long PixelsAtATime = 128 * 32 * 32;

    /// <summary>Pictures from what a rollout ended with, in parts that fit the memory.</summary>
    /// <param name="final">A rollout's final samples, B rows.</param>
    public static PictureBatch Decode(this IGenerator generator, Tensor final)
    {
        using var scope = Tensor.Scope();
        using var _ = Autograd.NoGrad();
        List<Tensor> parts = [];
        for (long start = 0, atATime = 1; start < final.Size(0); start += parts[^1].Size(0))
        {
            using var inner = Tensor.Scope();
            parts.Add(inner.Keep(generator.Pixels(final.Narrow(0, start, Math.Min(atATime, final.Size(0) - start)))));
            atATime = Math.Max(1, PixelsAtATime / (parts[^1].Size(2) * parts[^1].Size(3)));
        }
        var pixels = Tensor.Cat(parts.ToArray());
        return new(pixels.ToArray<float>(), (int)pixels.Size(0), (int)pixels.Size(2), (int)pixels.Size(3));
    }
}
