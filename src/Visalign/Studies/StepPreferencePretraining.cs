using Visalign.Generators;
using Visalign.Networks;
using Visalign.Objectives;
using Visalign.Rewards;
using Visalign.Torch;

namespace Visalign.Studies;

/// <summary>Trains a step-aware preference model on pairs of a generator's pictures.</summary>
/// <remarks>
/// Liang et al., SPO, arXiv 2406.04314, section 4.1 and the authors' code: both pictures of a pair get the same noise at the same
/// level, the generator predicts each in one guided step, and the model is to prefer the one that was preferred when finished.
/// Departures: levels are drawn for parts of a batch rather than for each pair, so that a part is one forward.
/// </remarks>
internal static class StepPreferencePretraining
{
    private const int LevelsPerStep = 4, Levels = 1000;

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
        var (words, tokens) = (generator.Encode(samples.Conditions), WorldTokens.Encode(prompts));
        var pairsOf = pairs.CountBy(pair => prompts[pair.First]).ToDictionary();
        var average = Pretraining.Run(StepPreference.Initialize(towers.Weights, config.Vision, seed), options, (weights, step) =>
        {
            var (first, second, texts) = (new List<Tensor>(), new List<Tensor>(), new List<Tensor>());
            List<int> chosen = [];
            int share = Math.Max(1, options.BatchSize / 2 / LevelsPerStep);
            for (int part = 0; part < LevelsPerStep; part++)
            {
                var key = new NoiseKey(seed, NoisePurpose.Choice, Iteration: step, Step: part);
                int[] numbers = [.. Enumerable.Range(0, share).Select(i => Noise.Below(pairs.Count, key, i))];
                chosen.AddRange(numbers);
                double level = (double)Noise.Below(Levels, key, share) / Levels;
                var rows = Rows([.. numbers.Select(i => pairs[i].First), .. numbers.Select(i => pairs[i].Second)]);
                var latents = samples.Latents.IndexSelect(0, rows);                                         // [2 S, C, H, W]
                var noise = Noise.Normal(new(seed, NoisePurpose.Training, Iteration: step, Step: part), 0, [share, .. latents.Shape[1..]]);
                var pixels = OneStepPrediction.Decode(generator, latents, Tensor.Cat([noise, noise]), words.Select(rows), level);
                var seen = StepPreference.PictureFeatures(weights, config.Vision, towers.Prepare(pixels), Tensor.Full([2 * share], 1000 * level)).Chunk(2, 0);
                first.Add(seen[0]);
                second.Add(seen[1]);
                texts.Add(tokens.IndexSelect(0, rows.Narrow(0, 0, share)));
            }
            var asked = ClipModel.EmbedTexts(weights, config, Tensor.Cat(texts.ToArray()));                 // [N, P]
            return PairCrossEntropy.Loss(Score(first), Score(second), Each(chosen.Select(i => pairs[i].Preferred)), Each(chosen.Select(i => (float)pairsOf[prompts[pairs[i].First]])));

            Tensor Score(List<Tensor> pictures) => (ClipModel.Normalize(Tensor.Cat(pictures.ToArray())) * asked).Sum([1]) * ClipModel.Scale(weights);
        }, clock, progress, stop);
        return [.. average.Select(entry => (entry.Name, scope.Keep(entry.Value)))];
    }

    private static Tensor Rows(long[] rows) => Tensor.From(rows, rows.Length);

    private static Tensor Each(IEnumerable<float> values)
    {
        float[] all = [.. values];
        return Tensor.From(all, all.Length);
    }
}
