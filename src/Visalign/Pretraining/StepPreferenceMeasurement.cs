using Visalign.Generators;
using Visalign.Pictures;
using Visalign.Rewards;
using Visalign.Torch;

namespace Visalign.Pretraining;

/// <summary>How often judges prefer, from one-step predictions at a noise level, the picture that was preferred when finished.</summary>
/// <param name="NoiseLevel">Of the samples that were predicted.</param>
/// <param name="StepAware">The step-aware model.</param>
/// <param name="TwoTower">The two-tower model it was begun from, which knows no noise level.</param>
/// <param name="Checker">The exact checker, looking at the same predictions.</param>
public sealed record LevelAccuracy(double NoiseLevel, double StepAware, double TwoTower, double Checker);

/// <summary>Measures a step-aware judge at several noise levels.</summary>
internal static class StepPreferenceMeasurement
{
    private const int RowsAtOnce = 128;

    /// <summary>The same pairs at every level; the pictures of a group share their noise.</summary>
    internal static IReadOnlyList<LevelAccuracy> AtLevels(NoiseGenerator generator, SampledGroups samples, int groupSize, IReadOnlyList<PreferencePair> pairs,
        IEnumerable<double> levels, StepPreferenceReward judge, TwoTower plain)
    {
        using var noGradient = Autograd.NoGrad();
        return [.. levels.Select(level =>
        {
            var pictures = Predict(generator, samples, groupSize, level);
            var (stepAware, twoTower) = (new double[pictures.Count], plain.Score(pictures, samples.Conditions).Values);
            using var scope = Tensor.Scope();
            var pixels = Tensor.From(pictures.Data, pictures.Count, 3, pictures.Height, pictures.Width);
            judge.Score(pixels, samples.Conditions, level).To(DType.Float64).ToArray<double>().CopyTo(stepAware, 0);
            double[] truth = [.. Enumerable.Range(0, pictures.Count).Select(i => ExactReward.Check(pictures[i], samples.Conditions[i]).Score)];
            return new LevelAccuracy(level, PairAgreement.Of(pairs, stepAware).Share, PairAgreement.Of(pairs, twoTower).Share, PairAgreement.Of(pairs, truth).Share);
        })];
    }

    private static PictureBatch Predict(NoiseGenerator generator, SampledGroups samples, int groupSize, double level)
    {
        if (level == 0) return samples.Pictures;
        using var scope = Tensor.Scope();
        var conditions = generator.Encode(samples.Conditions);
        var noise = generator.DrawNoise(new(TwoTowerMeasurement.Seed, NoisePurpose.Training), 0, samples.Pictures.Count / groupSize).RepeatInterleave(groupSize, 0);
        var pixels = Tensor.Cat([.. samples.Final.Split(RowsAtOnce, 0).Select((part, i) =>
        {
            int count = (int)part.Size(0), start = i * RowsAtOnce;
            return OneStepPrediction.Decode(generator, part, noise.Narrow(0, start, count), conditions.Narrow(start, count), [.. Enumerable.Repeat((float)level, count)]);
        })]);
        return samples.Pictures with { Data = pixels.ToArray<float>() };
    }
}
