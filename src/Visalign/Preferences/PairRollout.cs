using Visalign.Generators;
using Visalign.Rollouts;
using Visalign.Torch;

namespace Visalign.Preferences;

/// <summary>Pairs that were not sampled but read: groups of two, the better one first.</summary>
/// <param name="Certainties">A number for each pair, above ½, up to 1: how likely the first is the better one.</param>
/// <param name="Final">Shape <c>[2P, C, H, W]</c>: their latents.</param>
/// <param name="Numbers">A number for each pair: its place in the folder.</param>
public sealed record PairRollout(long Iteration, IReadOnlyList<Condition> Conditions, IReadOnlyList<double> Certainties, IReadOnlyList<int> Numbers, Tensor Final) : Rollout(Iteration, 2, Conditions, Final, 0)
{
    /// <summary>Reads an iteration's share of pairs: all of them in an order of the seed's, then all of them in another one.</summary>
    /// <param name="pairs">All there are.</param>
    /// <param name="count">P: pairs of an iteration.</param>
    /// <param name="seed">Fixes orders and draws.</param>
    public static PairRollout Read(NoiseGenerator generator, IReadOnlyList<PicturePair> pairs, PictureLatentChoice latents, int count, ulong seed, long iteration)
    {
        int[] numbers = [.. Drawn(pairs.Count, count, seed, iteration)];
        PicturePair[] chosen = [.. numbers.Select(number => pairs[number])];
        var final = PictureLatents.Of(generator, [.. chosen.SelectMany(pair => (string[])[pair.Winner, pair.Loser])], latents, new(seed, NoisePurpose.Start, iteration));
        return new(iteration, [.. chosen.SelectMany(pair => (Condition[])[pair.Condition, pair.Condition])], [.. chosen.Select(pair => pair.Certainty)], numbers, final);
    }

    /// <summary>Which pairs an iteration takes.</summary>
    /// <param name="total">How many there are.</param>
    /// <param name="count">How many it takes.</param>
    internal static IEnumerable<int> Drawn(int total, int count, ulong seed, long iteration)
    {
        Dictionary<long, int[]> orders = [];
        for (long at = iteration * count; at < (iteration + 1) * count; at++)
        {
            var (pass, place) = Math.DivRem(at, total);
            if (!orders.TryGetValue(pass, out int[]? order))
                orders[pass] = order = [.. Enumerable.Range(0, total).OrderBy(number => Noise.Uniform(new(seed, NoisePurpose.Choice, pass, Step: 1), number))];
            yield return order[(int)place];
        }
    }
}
