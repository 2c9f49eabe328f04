using Visalign.Generators;
using Visalign.Networks;
using Visalign.Pictures;
using Visalign.Worlds;

namespace Visalign.Studies;

/// <summary>Best of N: sample a prompt N times and show the picture that the soft score prefers. What alignment has to beat.</summary>
/// <remarks>The soft score picks, as it is the reward that training sees; the result is judged strictly like any other.</remarks>
public static class BestOfSampling
{
    /// <summary>Samples, picks and judges.</summary>
    /// <param name="n">Pictures of each prompt; 1 gives <see cref="HeldOutEvaluation.Run"/>.</param>
    /// <param name="advanced">Called with the share done; may throw to stop.</param>
    /// <returns>The picked pictures, the earlier one on a tie; the network evaluations are those of all N.</returns>
    public static Evaluation Run(NoiseGenerator generator, Weights weights, PromptSplit split, int count, int steps, double guidanceScale, int n, Action<double>? advanced = null)
    {
        var best = HeldOutEvaluation.Run(generator, weights, split, count, steps, guidanceScale);
        advanced?.Invoke(1.0 / n);
        for (int sample = 1; sample < n; sample++)
        {
            best = Better(best, HeldOutEvaluation.Run(generator, weights, split, count, steps, guidanceScale, sample));
            advanced?.Invoke((sample + 1.0) / n);
        }
        return best;
    }

    private static Evaluation Better(Evaluation first, Evaluation second)
    {
        var verdicts = first.Verdicts.ToArray();
        float[] pixels = [.. first.Pictures.Data];
        for (int i = 0; i < verdicts.Length; i++)
        {
            if (second.Verdicts[i].Score <= verdicts[i].Score) continue;
            verdicts[i] = second.Verdicts[i];
            second.Pictures[i].CopyTo(pixels.AsSpan(i * first.Pictures.PictureLength));
        }
        return first with
        {
            Verdicts = verdicts,
            Pictures = first.Pictures with { Data = pixels },
            NetworkEvaluations = first.NetworkEvaluations + second.NetworkEvaluations,
        };
    }
}
