using Visalign.Torch;
using Visalign.Worlds;

namespace Visalign.Studies;

/// <summary>Rendered training scenes with their prompts.</summary>
internal static class SceneData
{
    /// <summary>Standard deviation of the blur of a picture out of focus, in pixels; the checker then tells hardly any shape.</summary>
    internal const double BlurRadius = 2.5;

    /// <summary>Draws prompts of the training split and a scene for each.</summary>
    /// <param name="blurredShare">Expected share of pictures out of focus, in [0, 1); which ones has nothing to do with their prompts.</param>
    /// <returns>Pictures of shape <c>[N, 3, 32, 32]</c> as bytes, and words of shape <c>[N, 8]</c>.</returns>
    internal static (Tensor Pictures, Tensor Words) Draw(int count, ulong seed, double blurredShare = 0)
    {
        const int Pixels = 3 * Scene.Size * Scene.Size;
        var pictures = Tensor.Empty([count, 3, Scene.Size, Scene.Size], DType.UInt8);
        var words = Tensor.Empty([count, Vocabulary.MaximumWords], DType.Int64);
        var pixels = new float[Pixels];
        for (int i = 0; i < count; i++)
        {
            var prompt = PromptSampler.Draw(PromptSplit.Training, seed, i);
            SceneRenderer.Render(SceneSampler.Draw(prompt.Request, seed, i), pixels);
            if (Noise.Uniform(new(seed, NoisePurpose.Scene, Sample: i, Branch: 1), 0) < blurredShare) OutOfFocus(pixels);
            var bytes = pictures.AsSpan<byte>().Slice(i * Pixels, Pixels);
            for (int k = 0; k < Pixels; k++) bytes[k] = (byte)Math.Clamp(MathF.Round(pixels[k] * 255), 0, 255);
            var ids = Vocabulary.Encode(prompt.Text);
            for (int k = 0; k < ids.Length; k++) words.AsSpan<long>()[i * ids.Length + k] = ids[k];
        }
        return (pictures, words);
    }

    private static void OutOfFocus(Span<float> picture)
    {
        for (int channel = 0; channel < 3; channel++) GaussianBlur.Apply(picture.Slice(channel * Scene.Size * Scene.Size, Scene.Size * Scene.Size), Scene.Size, BlurRadius);
    }

    /// <summary>The rows of one training step, drawn with replacement.</summary>
    internal static Tensor Rows(PretrainingOptions options, int step)
    {
        var rows = new long[options.BatchSize];
        for (int i = 0; i < rows.Length; i++)
            rows[i] = Noise.Below(options.Scenes, new((ulong)options.Seed, NoisePurpose.Choice, Iteration: step), i);
        return Tensor.From(rows, rows.Length);
    }
}
