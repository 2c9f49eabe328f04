using Visalign.Pictures;
using Visalign.Torch;
using Visalign.Torch.Processes;

namespace Visalign.Generators;

/// <summary>Pictures for everything that judges or stores them.</summary>
public static class GeneratorPictures
{
    // Decoders take some hundreds of floats for a pixel; 16 pictures of 32 pixels' side at a time, or a single large one. Processes share out whole parts.
    private const long PixelsAtATime = 16 * 32 * 32;

    /// <summary>Pictures from what a rollout ended with, in parts that fit the memory.</summary>
    /// <param name="final">A rollout's final samples, B rows.</param>
    /// <param name="processes">Share out whole parts, and all have all pictures in the end; null where this process is to do it by itself.</param>
    public static PictureBatch Decode(this IGenerator generator, Tensor final, ProcessGroup? processes = null)
    {
        using var scope = Tensor.Scope();
        using var _ = Autograd.NoGrad();
        processes ??= ProcessGroup.Alone;
        // The first tells how large the pictures are; all processes make it.
        var first = generator.Pixels(final.Narrow(0, 0, 1));                             // [1, 3, H, W]
        int rest = (int)final.Size(0) - 1, atATime = (int)Math.Max(1, PixelsAtATime / (first.Size(2) * first.Size(3)));
        var (start, length) = processes.Share((rest + atATime - 1) / atATime);
        List<Tensor> parts = [first.Narrow(0, 0, 0)];
        for (int part = start; part < start + length; part++)
        {
            using var inner = Tensor.Scope();
            parts.Add(inner.Keep(generator.Pixels(final.Narrow(0, 1 + part * atATime, Math.Min(atATime, rest - part * atATime)))));
        }
        var pixels = Tensor.Cat([first, processes.GatherRows(Tensor.Cat(parts.ToArray()))]);  // [B, 3, H, W]
        return new(pixels.ToArray<float>(), (int)pixels.Size(0), (int)pixels.Size(2), (int)pixels.Size(3));
    }
}
