using Visalign.Generators;
using Visalign.Preferences;

namespace Visalign.Tests.Preferences;

public sealed class PreferenceBatchTests
{
    [Fact]
    public void A_groups_best_and_worst_make_its_pair_and_ties_and_missing_rewards_none()
    {
        double[] signs = RankedGroups.BestAndWorst([1, 3, 2, 5, 5, 5, double.NaN, 4, double.NaN, double.NaN, 7, 6], [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]);

        Assert.Equal([-1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, -1], signs);
    }

    [Fact]
    public void Pairs_are_gathered_by_their_signs_and_groups_without_a_pair_left_out()
    {
        using var scope = Tensor.Scope();
        var rollout = new Groups(3, 2);

        var batch = PreferenceBatch.Of(rollout, [0, 1, -1, 0, 0, 0], labelNoise: 0, seed: 1)!;

        Assert.Equal(1, batch.Count);
        Assert.Equal("prompt 0", batch.Conditions[0].Prompt);
        Assert.Equal((1f, 2f), (batch.Winners.Item(), batch.Losers.Item()));
        Assert.Equal([1], batch.Certainties);
        Assert.Null(PreferenceBatch.Of(rollout, new double[6], labelNoise: 0, seed: 1));
    }

    [Fact]
    public void Label_noise_swaps_its_share_of_pairs_others_in_each_iteration_and_the_same_ones_again()
    {
        using var scope = Tensor.Scope();
        const int Pairs = 400;

        bool[] Swapped(long iteration, double share) =>
            [.. PreferenceBatch.Of(new Groups(2, Pairs, iteration), [.. Enumerable.Range(0, 2 * Pairs).Select(row => row % 2 == 0 ? 1.0 : -1)], share, seed: 1)!
                .Winners.ToArray<float>().Select((row, pair) => row != 2 * pair)];

        // Four standard deviations of a share of 400.
        Assert.Equal(0.25, Swapped(0, 0.25).Count(swapped => swapped) / (double)Pairs, 4 * Math.Sqrt(0.25 * 0.75 / Pairs));
        Assert.Equal(Swapped(0, 0.25), Swapped(0, 0.25));
        Assert.NotEqual(Swapped(0, 0.25), Swapped(1, 0.25));
        Assert.DoesNotContain(true, Swapped(0, 0));
        Assert.DoesNotContain(false, Swapped(0, 1));
    }

    [Fact]
    public void A_pair_of_a_folder_is_mistaken_in_every_pass_or_in_none()
    {
        using var scope = Tensor.Scope();
        const int Pairs = 40;

        int[] Swapped(long iteration)
        {
            int[] numbers = [.. PairRollout.Drawn(Pairs, Pairs, seed: 1, iteration)];
            var rollout = new PairRollout(iteration, [.. Enumerable.Repeat(new Condition("a circle"), 2 * Pairs)], [.. Enumerable.Repeat(1.0, Pairs)], numbers,
                Tensor.From([.. Enumerable.Range(0, 2 * Pairs).Select(row => (float)row)], 2 * Pairs, 1, 1, 1));
            float[] winners = PreferenceBatch.Of(rollout, [.. Enumerable.Range(0, 2 * Pairs).Select(row => row % 2 == 0 ? 1.0 : -1)], 0.3, seed: 1)!.Winners.ToArray<float>();
            return [.. numbers.Where((_, at) => winners[at] != 2 * at).Order()];
        }

        Assert.InRange(Swapped(0).Length, 1, Pairs - 1);
        Assert.Equal(Swapped(0), Swapped(1));
    }

    [Fact]
    public void Every_pass_takes_all_pairs_once_in_an_order_of_its_own()
    {
        int[][] passes = [.. Enumerable.Range(0, 2).Select(pass => Enumerable.Range(0, 5).SelectMany(i => PairRollout.Drawn(10, 2, seed: 3, iteration: 5 * pass + i)).ToArray())];

        Assert.All(passes, pass => Assert.Equal(Enumerable.Range(0, 10), pass.Order()));
        Assert.NotEqual(passes[0], passes[1]);
        Assert.NotEqual(passes[0].Take(4), PairRollout.Drawn(10, 4, seed: 4, iteration: 0));
        Assert.Equal(4, PairRollout.Drawn(3, 4, seed: 3, iteration: 0).Count());
    }

    // Rows hold their own numbers.
    private sealed record Groups(int Size, int Count, long At = 0) : Visalign.Rollouts.Rollout(At, Size, [.. Enumerable.Range(0, Size * Count).Select(row => new Condition($"prompt {row / Size}"))],
        Tensor.From([.. Enumerable.Range(0, Size * Count).Select(row => (float)row)], Size * Count, 1, 1, 1), 0);
}
