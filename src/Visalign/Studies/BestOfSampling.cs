using Visalign.Generators;
using Visalign.Networks;
using Visalign.Pictures;
using Visalign.Rewards;
using Visalign.Worlds;

namespace Visalign.Studies;

/// <summary>Best of N: sample a prompt N times and show the picture that a reward prefers. What alignment has to beat.</summary>
/// <remarks>The reward that picks should be the one that training sees; the result is judged strictly like any other.</remarks>
public static class BestOfSampling
{
    /// <summary>Samples, picks and judges.</summary>
    /// <param name="n">Pictures of each prompt; 1 gives <see cref="HeldOutEvaluation.Run"/>.</param>
    /// <param name="judge">Which reward picks.</param>
    /// <param name="advanced">Called with the share done; may throw to stop.</param>
    /// <param name="examination">What is asked, and who judges what was picked; null for the embedded world's prompts and its exact checker.</param>
    /// <returns>The picked pictures, the earlier one on a tie; the network evaluations are those of all N.</returns>
    public static Evaluation Run(IGenerator generator, Weights weights, PromptSplit split, int count, int? steps, double guidanceScale, int n,
        IReward judge, Action<double>? advanced = null, Examination? examination = null)
    {
        var best = HeldOutEvaluation.Run(generator, weights, split, count, steps, guidanceScale, examination: examination);
        double[] rates = n > 1 ? judge.Score(best.Pictures, best.Conditions).Values : [];
        advanced?.Invoke(1.0 / n);
        for (int sample = 1; sample < n; sample++)
        {
            var other = HeldOutEvaluation.Run(generator, weights, split, count, steps, guidanceScale, sample, examination: examination);
            best = Better(best, rates, other, judge.Score(other.Pictures, other.Conditions).Values);
            advanced?.Invoke((sample + 1.0) / n);
        }
        return best;
    }

    // Keeps the higher rates in those of the first.
    private static Evaluation Better(Evaluation first, double[] rates, Evaluation second, double[] others)
    {
        var verdicts = first.Verdicts.ToArray();
        double[] scores = [.. first.Scores];
        float[] pixels = [.. first.Pictures.Data];
        for (int i = 0; i < scores.Length; i++)
        {
            if (others[i] <= rates[i] || double.IsNaN(others[i])) continue;
            rates[i] = others[i];
            scores[i] = second.Scores[i];
            if (verdicts.Length > 0) verdicts[i] = second.Verdicts[i];
            second.Pictures[i].CopyTo(pixels.AsSpan(i * first.Pictures.PictureLength));
        }
        return first with
        {
            Scores = scores,
            Verdicts = verdicts,
            Pictures = first.Pictures with { Data = pixels },
            NetworkEvaluations = first.NetworkEvaluations + second.NetworkEvaluations,
        };
    }
}
