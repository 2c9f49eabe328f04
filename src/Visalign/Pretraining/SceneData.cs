using Visalign.Torch;
using Visalign.Worlds;

namespace Visalign.Pretraining;

/// <summary>Rendered training scenes with their prompts.</summary>
internal static class SceneData
{
    private const double PromptDropout = 0.1;

    /// <summary>Draws prompts of the training split and a scene for each.</summary>
    /// <param name="flaws">Of some pictures; none when null.</param>
    /// <returns>Pictures of shape <c>[N, 3, 32, 32]</c> as bytes, and words of shape <c>[N, 8]</c>.</returns>
    internal static (Tensor Pictures, Tensor Words) Draw(int count, ulong seed, SceneFlaws? flaws = null)
    {
        const int Pixels = 3 * Scene.Size * Scene.Size;
        var pictures = Tensor.Empty([count, 3, Scene.Size, Scene.Size], DType.UInt8);
        var words = Tensor.Empty([count, Vocabulary.MaximumWords], DType.Int64);
        var pixels = new float[Pixels];
        for (int i = 0; i < count; i++)
        {
            var prompt = PromptSampler.Draw(PromptSplit.Training, seed, i);
            SceneRenderer.Render(SceneSampler.Draw(prompt.Request, seed, i), pixels);
            flaws?.Apply(pixels, seed, i);
            var bytes = pictures.AsSpan<byte>().Slice(i * Pixels, Pixels);
            for (int k = 0; k < Pixels; k++) bytes[k] = (byte)Math.Clamp(MathF.Round(pixels[k] * 255), 0, 255);
            var ids = Vocabulary.Encode(prompt.Text);
            for (int k = 0; k < ids.Length; k++) words.AsSpan<long>()[i * ids.Length + k] = ids[k];
        }
        return (pictures, words);
    }

    /// <summary>Bytes as an image tokenizer takes them.</summary>
    /// <returns>Float32, in [-1, 1].</returns>
    internal static Tensor Signed(Tensor bytes)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(bytes.To(DType.Float32) / 127.5 - 1);
    }

    /// <summary>The rows of one training step, drawn with replacement.</summary>
    internal static Tensor Rows(PretrainingOptions options, int step)
    {
        var rows = new long[options.BatchSize];
        for (int i = 0; i < rows.Length; i++)
            rows[i] = Noise.Below(options.Scenes, new((ulong)options.Seed, NoisePurpose.Choice, Iteration: step), i);
        return Tensor.From(rows, rows.Length);
    }

    /// <summary>Which samples of a training step keep their prompt, for classifier-free guidance (Ho and Salimans, arXiv 2207.12598).</summary>
    /// <param name="dropout">Share of samples trained without.</param>
    /// <returns>Shape <c>[B, 1]</c>, int64: 1 = keeps it.</returns>
    internal static Tensor Asked(PretrainingOptions options, int step, double dropout = PromptDropout)
    {
        var asked = new long[options.BatchSize];
        for (int i = 0; i < asked.Length; i++)
            asked[i] = Noise.Uniform(new((ulong)options.Seed, NoisePurpose.Choice, Iteration: step, Branch: 1), i) < dropout ? 0 : 1;
        return Tensor.From(asked, asked.Length, 1);
    }
}
