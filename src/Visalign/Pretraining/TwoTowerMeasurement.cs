using Visalign.Benchmarks;
using Visalign.Generators;
using Visalign.Pictures;
using Visalign.Rewards;
using Visalign.Studies;
using Visalign.Torch;
using Visalign.Worlds;

namespace Visalign.Pretraining;

/// <summary>How a two-tower judge tells scenes from near misses.</summary>
/// <param name="Best">Share of scenes whose own prompt it likes best, among that and every one that misses it in one fact.</param>
/// <param name="Tasks">That share by task.</param>
/// <param name="Pairs">How often it likes the own prompt better than one that misses, over all of them.</param>
/// <param name="Candidates">Mean number of prompts it chose among.</param>
/// <param name="Clean">Share of scenes that it likes better clean than with a bad defect.</param>
public sealed record PromptChoice(double Best, IReadOnlyDictionary<string, double> Tasks, double Pairs, double Candidates, double Clean);

/// <summary>How a judge goes with the exact checker on a generator's pictures.</summary>
/// <param name="Rank">Spearman's correlation with the graded score over all pictures.</param>
/// <param name="Pairs">How often it prefers, of two pictures of a prompt, the one that the checker does.</param>
/// <param name="PairCount">Pairs whose graded scores differ by more than the tie.</param>
public sealed record TruthAgreement(double Rank, double Pairs, int PairCount);

/// <summary>Measures a two-tower judge on scenes and pictures it was not trained on.</summary>
internal static class TwoTowerMeasurement
{
    /// <summary>The seed of scenes, prompts and start noise of measurements.</summary>
    internal const ulong Seed = 20_250_103;

    /// <summary>Scenes of a split, each with the prompts that miss it.</summary>
    internal static PromptChoice Choose(TwoTowerModel model, PromptSplit split, int scenes)
    {
        using var noGradient = Autograd.NoGrad();
        const int Pixels = 3 * Scene.Size * Scene.Size;
        var (best, pairs, pairCount, clean) = (new List<(string Task, bool Right)>(), 0, 0, 0);
        for (int i = 0; i < scenes; i++)
        {
            using var scope = Tensor.Scope();
            var prompt = PromptSampler.Draw(split, Seed, i);
            var scene = SceneSampler.Draw(prompt.Request, Seed, i);
            var pixels = new float[2 * Pixels];
            SceneRenderer.Render(scene, pixels.AsSpan(0, Pixels));
            pixels.AsSpan(0, Pixels).CopyTo(pixels.AsSpan(Pixels));
            PictureDefects.Bad(pixels.AsSpan(Pixels), new(Seed, NoisePurpose.Probe, Sample: i));
            var wrong = PictureFamily.WrongPrompts(prompt.Request, PromptSplit.HeldOut, int.MaxValue, Seed, i).Where(one => !SceneTruth.Shows(scene, one.Request)).Select(one => one.Text);

            var texts = model.Embed([prompt.Text, .. wrong]);                                               // [N, P]
            var pictures = model.Embed(Tensor.From(pixels, 2, 3, Scene.Size, Scene.Size));                  // [2, P]
            float[] scores = pictures.MatMul(texts.Transpose(0, 1)).ToArray<float>();                       // [2, N]
            int count = scores.Length / 2, beaten = scores.AsSpan(1, count - 1).ToArray().Count(other => other < scores[0]);
            best.Add((Evaluation.NameOf(prompt.Request.Task), beaten == count - 1));
            pairs += beaten;
            pairCount += count - 1;
            if (scores[0] > scores[count]) clean++;
        }
        return new(
            best.Average(one => one.Right ? 1.0 : 0),
            best.GroupBy(one => one.Task).ToDictionary(group => group.Key, group => group.Average(one => one.Right ? 1.0 : 0)),
            (double)pairs / pairCount, 1 + (double)pairCount / scenes, (double)clean / scenes);
    }

    /// <summary>Judges sampled pictures.</summary>
    internal static TruthAgreement Agree(IReward judge, SampledGroups samples, int groupSize, double tie)
    {
        double[] scores = judge.Score(samples.Pictures, samples.Conditions).Values;
        var pairs = PairAgreement.Of(PreferencePair.Within(samples.Truth, groupSize, tie), scores);
        return new(RankCorrelation.Spearman(samples.Truth, scores), pairs.Share, pairs.Count);
    }
}
