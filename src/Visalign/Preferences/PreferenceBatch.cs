using Visalign.Generators;
using Visalign.Rollouts;
using Visalign.Torch;

namespace Visalign.Preferences;

/// <summary>Pairs of samples of one condition each, the better one known or likely. Its tensors belong to the scope it was made in.</summary>
/// <param name="Conditions">P.</param>
/// <param name="Winners">Shape <c>[P, C, H, W]</c>: latents of the better ones.</param>
/// <param name="Losers">The same shape: of the others.</param>
/// <param name="Certainties">P numbers, above ½, up to 1: how likely the winner is the better one.</param>
public sealed record PreferenceBatch(IReadOnlyList<Condition> Conditions, Tensor Winners, Tensor Losers, IReadOnlyList<double> Certainties)
{
    /// <summary>P.</summary>
    public int Count => Conditions.Count;

    /// <summary>The pairs of a rollout's groups.</summary>
    /// <param name="signs">B numbers: in each group that makes a pair one above 0, the winner, and one below, the loser; elsewhere 0.</param>
    /// <param name="labelNoise">Share of pairs, drawn at random, whose winner and loser change places, as careless judges make them.</param>
    /// <param name="seed">Fixes which.</param>
    /// <returns>As many pairs as groups that make one; null where none does.</returns>
    public static PreferenceBatch? Of(Rollout rollout, double[] signs, double labelNoise, ulong seed)
    {
        List<long> winners = [], losers = [];
        List<double> certainties = [];
        for (int group = 0; group < rollout.SampleCount / rollout.GroupSize; group++)
        {
            var own = Enumerable.Range(group * rollout.GroupSize, rollout.GroupSize).ToList();
            if (own.All(row => signs[row] == 0)) continue;
            var (winner, loser) = (own.Single(row => signs[row] > 0), own.Single(row => signs[row] < 0));
            // A pair of a folder is mistaken once and for all, whenever it comes again.
            var key = rollout is PairRollout folder ? new NoiseKey(seed, NoisePurpose.Choice, Sample: folder.Numbers[group], Step: 3) : new(seed, NoisePurpose.Choice, rollout.Iteration, Sample: group, Step: 2);
            bool mistaken = Noise.Uniform(key) < labelNoise;
            winners.Add(mistaken ? loser : winner);
            losers.Add(mistaken ? winner : loser);
            certainties.Add(rollout is PairRollout read ? read.Certainties[group] : 1);
        }
        return winners.Count == 0 ? null : new([.. winners.Select(row => rollout.Conditions[(int)row])], Rows(winners), Rows(losers), certainties);

        Tensor Rows(List<long> rows)
        {
            using var scope = Tensor.Scope();
            return scope.Keep(rollout.Final.IndexSelect(0, Tensor.From([.. rows], rows.Count)));
        }
    }
}
