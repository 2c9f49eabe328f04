using Visalign.Torch;

namespace Visalign.Benchmarks;

/// <summary>How a bootstrap is drawn.</summary>
public sealed record BootstrapOptions
{
    /// <summary>Number of resamples; 10,000 leaves about 0.5 % of relative noise in the ends of a 95 % interval.</summary>
    public int ResampleCount { get; init; } = 10_000;

    /// <summary>Nominal coverage of the interval, in (0, 1).</summary>
    public double Level { get; init; } = 0.95;

    /// <summary>Seed of the resampling; the same seed gives the same bits.</summary>
    public ulong Seed { get; init; }
}

/// <summary>Confidence intervals for scores measured on the same prompts by runs of several seeds.</summary>
/// <remarks>
/// Seeds and prompts are two crossed sources of chance: a lucky seed helps all prompts, an easy prompt helps all seeds. Each
/// resample therefore draws seeds and prompts independently, both with replacement, and takes every drawn prompt under every
/// drawn seed. Owen, "The pigeonhole bootstrap", Annals of Applied Statistics 1(2), 2007, arXiv 0712.1111; percentile interval of
/// Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13.
/// <code>θ* = Σ_s Σ_p n_s m_p x[s][p] / (S P),   n ~ Multinomial(S, 1/S),   m ~ Multinomial(P, 1/P)</code>
/// With one seed the interval covers the choice of prompts only; with two or three it understates the spread between seeds, whose
/// bootstrap variance is smaller by (S − 1) / S.
/// A prompt without a score (NaN) under one of the seeds, of either system, is left out altogether: what remains is a smaller
/// table without holes.
/// Departures: none.
/// </remarks>
public static class CrossedBootstrap
{
    /// <summary>The mean score of one system.</summary>
    /// <param name="scores">Shape <c>[seed][prompt]</c>, finite or NaN; every seed has the same prompts in the same order.</param>
    /// <param name="options">Default: 10,000 resamples, 95 %, seed 0.</param>
    /// <exception cref="InputException">Empty, ragged or infinite scores, no prompt that all have a score for, or options out of range.</exception>
    public static Estimate Mean(double[][] scores, BootstrapOptions? options = null)
    {
        CheckTable(scores, nameof(scores));
        return Interval(Scored(scores), options ?? new());
    }

    /// <summary>The mean of candidate minus baseline, both resampled with the same draws, so that what they share cancels.</summary>
    /// <param name="baseline">Shape <c>[seed][prompt]</c>, finite or NaN.</param>
    /// <param name="candidate">Shape <c>[seed][prompt]</c>, finite or NaN; same seeds and prompts in the same order.</param>
    /// <param name="options">Default: 10,000 resamples, 95 %, seed 0.</param>
    /// <returns>Positive when the candidate is better; exactly 0 with the interval [0, 0] for equal tables.</returns>
    /// <exception cref="InputException">Empty, ragged, infinite or differently shaped scores, no prompt that all have a score for, or options out of range.</exception>
    public static Estimate PairedGain(double[][] baseline, double[][] candidate, BootstrapOptions? options = null)
    {
        CheckTable(baseline, nameof(baseline));
        CheckTable(candidate, nameof(candidate));
        if (baseline.Length != candidate.Length || baseline[0].Length != candidate[0].Length)
            throw new InputException(
                $"baseline has {baseline.Length} seeds × {baseline[0].Length} prompts, candidate {candidate.Length} × {candidate[0].Length}; " +
                "a paired comparison needs the same seeds and prompts. Evaluate both on the same list.");

        var gains = baseline.Zip(candidate, (before, after) => before.Zip(after, (b, a) => a - b).ToArray()).ToArray();
        return Interval(Scored(gains), options ?? new());
    }

    private static Estimate Interval(double[][] values, BootstrapOptions options)
    {
        if (options.ResampleCount < 1)
            throw new InputException($"bootstrap: resample count is {options.ResampleCount}; expected at least 1.");
        if (options.Level is not (> 0 and < 1))
            throw new InputException($"bootstrap: level is {options.Level}; expected a share between 0 and 1, such as 0.95.");

        var means = new double[options.ResampleCount];
        var seedDraws = new int[values.Length];
        var promptDraws = new int[values[0].Length];
        for (var resample = 0; resample < means.Length; resample++)
        {
            var random = new RandomSequence(new(options.Seed, NoisePurpose.Resampling, Sample: resample));
            CountDraws(seedDraws, ref random);
            CountDraws(promptDraws, ref random);
            means[resample] = WeightedMean(values, seedDraws, promptDraws);
        }
        Array.Sort(means);

        var tail = (1 - options.Level) / 2;
        Array.Fill(seedDraws, 1);
        Array.Fill(promptDraws, 1);
        return new(
            WeightedMean(values, seedDraws, promptDraws),
            new Interval(Percentile.Of(means, tail), Percentile.Of(means, 1 - tail), options.Level));
    }

    private static void CountDraws(int[] counts, ref RandomSequence random)
    {
        Array.Clear(counts);
        for (var draw = 0; draw < counts.Length; draw++)
            counts[random.Below(counts.Length)]++;
    }

    private static double WeightedMean(double[][] values, int[] seedWeights, int[] promptWeights)
    {
        var total = 0.0;
        for (var s = 0; s < seedWeights.Length; s++)
        {
            if (seedWeights[s] == 0)
                continue;
            var row = values[s];
            var sum = 0.0;
            for (var p = 0; p < promptWeights.Length; p++)
                sum += promptWeights[p] * row[p];
            total += seedWeights[s] * sum;
        }
        return total / ((double)seedWeights.Length * promptWeights.Length);
    }

    private static double[][] Scored(double[][] values)
    {
        int[] prompts = [.. Enumerable.Range(0, values[0].Length).Where(p => !values.Any(row => double.IsNaN(row[p])))];
        if (prompts.Length == 0) throw new InputException("there is no prompt that has a score under every seed; nothing can be said of the mean.");
        return prompts.Length == values[0].Length ? values : [.. values.Select(row => prompts.Select(p => row[p]).ToArray())];
    }

    private static void CheckTable(double[][] scores, string name)
    {
        if (scores.Length == 0 || scores[0].Length == 0)
            throw new InputException($"{name}: expected at least one seed with at least one prompt, got none.");
        for (var s = 0; s < scores.Length; s++)
        {
            if (scores[s].Length != scores[0].Length)
                throw new InputException($"{name}: seed {s} has {scores[s].Length} prompts, seed 0 has {scores[0].Length}; every seed must be scored on the same prompts.");
            var bad = Array.FindIndex(scores[s], double.IsInfinity);
            if (bad >= 0)
                throw new InputException($"{name}: seed {s}, prompt {bad} scored {scores[s][bad]}; expected finite numbers, or NaN where there is no score.");
        }
    }
}
