using Visalign.Torch;
using Visalign.Worlds;

namespace Visalign.Pretraining;

/// <summary>How many correct scenes stay correct through the autoencoder: the ceiling of every model over what it encodes.</summary>
/// <param name="Scenes">Scenes that the exact checker accepts as rendered.</param>
/// <param name="Correct">Those it accepts after encoding and decoding, too.</param>
public sealed record RoundTrip(int Scenes, int Correct)
{
    private const ulong Seed = 20_250_102;
    private const int Batch = 128;

    /// <summary>In [0, 1].</summary>
    public double Share => (double)Correct / Scenes;

    /// <summary>Renders scenes of tuning prompts and sends them through an autoencoder.</summary>
    /// <param name="thereAndBack">From pictures, shape <c>[B, 3, 32, 32]</c>, in [0, 1], to what is left of them.</param>
    /// <param name="scenes">How many are rendered.</param>
    public static RoundTrip Measure(Func<Tensor, Tensor> thereAndBack, int scenes)
    {
        using var noGradient = Autograd.NoGrad();
        const int Pixels = 3 * Scene.Size * Scene.Size;
        var (kept, correct) = (0, 0);
        for (int start = 0; start < scenes; start += Batch)
        {
            using var scope = Tensor.Scope();
            int count = Math.Min(Batch, scenes - start);
            var pixels = new float[count * Pixels];
            var requests = Enumerable.Range(0, count).Select(i => PromptSampler.Draw(PromptSplit.Tuning, Seed, start + i).Request).ToArray();
            for (int i = 0; i < count; i++)
                SceneRenderer.Render(SceneSampler.Draw(requests[i], Seed, start + i), pixels.AsSpan(i * Pixels, Pixels));
            float[] decoded = thereAndBack(Tensor.From(pixels, count, 3, Scene.Size, Scene.Size)).Clamp(0, 1).ToArray<float>();
            for (int i = 0; i < count; i++)
            {
                if (!SceneChecker.Check(pixels.AsSpan(i * Pixels, Pixels), requests[i]).Correct) continue;
                kept++;
                if (SceneChecker.Check(decoded.AsSpan(i * Pixels, Pixels), requests[i]).Correct) correct++;
            }
        }
        return new(kept, correct);
    }
}
