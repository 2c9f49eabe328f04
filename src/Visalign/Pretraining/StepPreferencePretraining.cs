using Visalign.Generators;
using Visalign.Networks;
using Visalign.Objectives;
using Visalign.Rewards;
using Visalign.Torch;

namespace Visalign.Pretraining;

/// <summary>Trains a step-aware preference model on pairs of a generator's pictures.</summary>
/// <remarks>
/// Liang et al., SPO, arXiv 2406.04314, section 4.1 and the authors' code: both pictures of a pair get the same noise at the same
/// level, the generator predicts each in one guided step, and the model is to prefer the one that was preferred when finished.
/// Departures: none.
/// </remarks>
internal static class StepPreferencePretraining
{
    private const int Levels = 1000;

    /// <summary>Runs the training.</summary>
    /// <param name="options">A batch is that many pictures, half as many pairs.</param>
    /// <param name="towers">The two-tower model to begin with.</param>
    /// <param name="generator">Who made the pictures, and predicts them.</param>
    /// <param name="pairs">Which of the samples are compared, and how.</param>
    /// <returns>Averaged weights by name.</returns>
    internal static List<(string Name, Tensor Value)> Run(PretrainingOptions options, TwoTowerModel towers, NoiseGenerator generator, SampledGroups samples,
        IReadOnlyList<PreferencePair> pairs, TimeProvider clock, IProgress<PretrainingProgress>? progress = null, CancellationToken stop = default)
    {
        using var scope = Tensor.Scope();
        ulong seed = (ulong)options.Seed;
        var config = towers.Config;
        string[] prompts = [.. samples.Conditions.Select(condition => condition.Prompt)];
        var (conditions, tokens) = (generator.Encode(samples.Conditions), WorldTokens.Encode(prompts));
        var pairsOf = pairs.CountBy(pair => prompts[pair.First]).ToDictionary();
        var average = PretrainingLoop.Run(StepPreference.Initialize(towers.Weights, config.Vision, seed), options, (weights, step) =>
        {
            var key = new NoiseKey(seed, NoisePurpose.Choice, Iteration: step);
            int count = Math.Max(1, options.BatchSize / 2);
            PreferencePair[] chosen = [.. Enumerable.Range(0, count).Select(i => pairs[Noise.Below(pairs.Count, key, i)])];
            int[] timesteps = [.. Enumerable.Range(0, count).Select(i => Noise.Below(Levels, key, count + i))];
            var rows = Tensor.From([.. chosen.Select(pair => (long)pair.First), .. chosen.Select(pair => (long)pair.Second)], 2 * count);
            var noise = generator.DrawNoise(new(seed, NoisePurpose.Training, Iteration: step), 0, count);
            float[] levels = [.. timesteps.Concat(timesteps).Select(timestep => (float)timestep / Levels)];
            var pixels = OneStepPrediction.Decode(generator, samples.Final.IndexSelect(0, rows), Tensor.Cat([noise, noise]), conditions.Select(rows), levels);
            var features = StepPreference.PictureFeatures(weights, config.Vision, towers.Prepare(pixels), Each(timesteps.Concat(timesteps).Select(timestep => (float)timestep)));
            var texts = ClipModel.EmbedTexts(weights, config, tokens.IndexSelect(0, rows.Narrow(0, 0, count)));          // [N, P]
            var scores = (ClipModel.Normalize(features) * Tensor.Cat([texts, texts])).Sum([1]) * ClipModel.Scale(weights);  // [2 N]
            return PairCrossEntropy.Loss(scores.Narrow(0, 0, count), scores.Narrow(0, count, count),
                Each(chosen.Select(pair => pair.Preferred)), Each(chosen.Select(pair => (float)pairsOf[prompts[pair.First]])));
        }, clock, progress, stop);
        return [.. average.Select(entry => (entry.Name, scope.Keep(entry.Value)))];
    }

    private static Tensor Each(IEnumerable<float> values)
    {
        float[] all = [.. values];
        return Tensor.From(all, all.Length);
    }
}
