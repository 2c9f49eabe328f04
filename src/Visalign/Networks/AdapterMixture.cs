using Visalign.Torch;

namespace Visalign.Networks;

/// <summary>Several adapters over one base: at once, in one batch, or made into one.</summary>
/// <remarks>The adapters may have different ranks and layers; a layer that only some of them change has just their changes.</remarks>
public static class AdapterMixture
{
    /// <summary>All adapters at once.</summary>
    /// <param name="adapters">Each with a factor of its scale, 1 = as trained. With DoRA the factor acts inside the norm, as in PEFT, so that 0 leaves the magnitudes.</param>
    /// <exception cref="InputException">An adapter that trains all weights, or a layer the base does not have.</exception>
    public static Weights Together(Weights @base, params IReadOnlyList<(Adapter Adapter, double Factor)> adapters) =>
        @base.WithLowRank(adapters.SelectMany(entry => LayersOf(entry.Adapter).Select(layer => (layer.Layer, layer.Pair with { Scale = layer.Pair.Scale * entry.Factor }))));

    /// <summary>One adapter for each row of a batch, so that several policies, or a policy and its base, run as one batch.</summary>
    /// <param name="choice">For each row the index of its adapter; -1 for the base alone.</param>
    /// <returns>A tree for batches of exactly that many rows, in the current scope. Every adapter's branch runs over the whole batch.</returns>
    /// <exception cref="InputException">An adapter that trains all weights, or a layer the base does not have.</exception>
    public static Weights PerRow(Weights @base, IReadOnlyList<Adapter> adapters, ReadOnlySpan<int> choice)
    {
        foreach (int index in choice)
            if (index < -1 || index >= adapters.Count) throw new ArgumentOutOfRangeException(nameof(choice), $"Row choice {index} names none of {adapters.Count} adapters; -1 is the base.");
        List<(string, LowRankPair)> changes = [];
        for (int i = 0; i < adapters.Count; i++)
        {
            if (!choice.Contains(i)) continue;
            var shares = new float[choice.Length];
            for (int row = 0; row < shares.Length; row++) shares[row] = choice[row] == i ? 1 : 0;
            var rows = Tensor.From(shares, shares.Length);                                        // [B]
            changes.AddRange(LayersOf(adapters[i]).Select(layer => (layer.Layer, layer.Pair with { Rows = rows })));
        }
        return @base.WithLowRank(changes);
    }

    /// <summary>One new adapter in place of several.</summary>
    /// <param name="rule">A rule of <see cref="LowRankCombination"/>, such as <see cref="LowRankCombination.Concatenated"/>.</param>
    /// <param name="adapters">Each with its weight in the sum.</param>
    /// <exception cref="InputException">An adapter that trains all weights, or pairs the rule cannot combine.</exception>
    public static Adapter Combined(Weights @base, Func<IReadOnlyList<(LowRankPair Pair, double Weight)>, LowRankPair> rule, params IReadOnlyList<(Adapter Adapter, double Weight)> adapters)
    {
        using var scope = Tensor.Scope();
        var byLayer = adapters.SelectMany(entry => LayersOf(entry.Adapter).Select(layer => (layer.Layer, layer.Pair, entry.Weight)))
            .GroupBy(entry => entry.Layer, StringComparer.Ordinal);
        return Adapter.LowRank(@base, [.. byLayer.Select(layer => (layer.Key, rule([.. layer.Select(entry => (entry.Pair, entry.Weight))])))]);
    }

    private static IReadOnlyList<(string Layer, LowRankPair Pair)> LayersOf(Adapter adapter) =>
        adapter.Layers is { Count: > 0 } layers ? layers : throw new InputException("An adapter that trains all weights is a network of its own and cannot be mixed with others; use low-rank adapters.");
}
