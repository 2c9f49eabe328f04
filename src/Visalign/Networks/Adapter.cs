using Visalign.Torch;

namespace Visalign.Networks;

/// <summary>Trainable parameters over a tree of base weights, all in one flat vector.</summary>
/// <remarks>
/// Full fine-tuning and low-rank changes (<see cref="LowRankPair"/>) are the same thing here: a tree of weights to run the
/// network under. The base tree is never touched, so running under it is running with the adapter off, and several
/// adapters of different ranks can lie over one base (<see cref="AdapterMixture"/>).
/// </remarks>
public sealed class Adapter : IDisposable
{
    private const string DownKey = ".lora_A.weight", UpKey = ".lora_B.weight", MagnitudeKey = ".lora_magnitude_vector";

    private readonly Weights _base;
    private readonly IReadOnlyList<ChangedLayer> _changed;
    private readonly Dictionary<string, ParameterSlot> _slots;

    private Adapter(Weights @base, List<(string Name, Tensor Value)> initial, IReadOnlyList<ChangedLayer> changed)
    {
        (_base, _changed) = (@base, changed);
        Parameters = new(initial);
        _slots = Parameters.Slots.ToDictionary(slot => slot.Name, StringComparer.Ordinal);
        Weights = Tree(slot => Parameters[slot.Name]);
    }

    /// <summary>The trainable numbers.</summary>
    public FlatParameters Parameters { get; }

    /// <summary>The tree to run the network under.</summary>
    public Weights Weights { get; }

    /// <summary>The low-rank changes by layer, over the trainable numbers themselves; none where all weights are trained.</summary>
    public IReadOnlyList<(string Layer, LowRankPair Pair)> Layers => Pairs(slot => Parameters[slot.Name]);

    /// <summary>The same network under other values of the parameters, such as their moving average.</summary>
    /// <param name="flat">Shape <c>[N]</c>; views of it are made in the current scope.</param>
    public Weights Over(Tensor flat) => Tree(slot => slot.Of(flat));

    /// <summary>The adapter that options describe, fresh: it begins as its base.</summary>
    /// <param name="seed">Of the initial down-projections, normal with deviation 1/r.</param>
    /// <exception cref="InputException">A target matches no layer; the sentence lists what there is.</exception>
    public static Adapter Of(Weights @base, AdapterOptions options, ulong seed)
    {
        if (options.Kind == AdapterKind.Full) return Full(@base);
        using var scope = Tensor.Scope();
        return LowRank(@base, [.. AdaptableLayers.Choose(@base, options.Targets).Select((layer, at) => (layer.Name, Fresh(layer.Weight, options, new(seed, NoisePurpose.Initialization, 2 * at))))]);
    }

    /// <summary>Every base weight becomes trainable, starting from its present value.</summary>
    public static Adapter Full(Weights @base)
    {
        using var scope = Tensor.Scope();
        return new(@base, [.. @base.Merged().All()], []);
    }

    /// <summary>Low-rank changes of given layers, starting from the values of the pairs, which are copied.</summary>
    /// <param name="layers">Names of layers, each once, and what is to change there; none of it differs from row to row.</param>
    /// <exception cref="InputException">No layers, or one that the base does not have.</exception>
    public static Adapter LowRank(Weights @base, IReadOnlyList<(string Layer, LowRankPair Pair)> layers)
    {
        if (layers.Count == 0) throw new InputException("An adapter without layers changes nothing; name a layer.");
        using var scope = Tensor.Scope();
        List<(string, Tensor)> initial = [];
        foreach (var (layer, pair) in layers)
        {
            initial.Add((layer + DownKey, pair.Down));
            initial.Add((layer + UpKey, pair.Up));
            if (pair.Magnitude is { } magnitude) initial.Add((layer + MagnitudeKey, magnitude));
        }
        return new(@base, initial, [.. layers.Select(entry => new ChangedLayer(entry.Layer, entry.Pair.Scale, entry.Pair.Magnitude is not null))]);
    }

    private static LowRankPair Fresh(Tensor weight, AdapterOptions options, NoiseKey key)
    {
        int rank = options.Rank;
        long[] inputs = weight.Shape[1..].ToArray(), ones = [.. inputs[1..].Select(_ => 1L)];
        var down = Noise.Normal(key, 0, [1, rank * inputs.Aggregate(1L, (product, size) => product * size)]).Reshape([rank, .. inputs]) * (1.0 / rank);
        var up = Tensor.Zeros([weight.Size(0), rank, .. ones]);
        return new(down, up, options.Alpha / (options.RankStabilized ? Math.Sqrt(rank) : rank)) { Magnitude = options.Dora ? LowRankPair.RowLengths(weight) : null };
    }

    private Weights Tree(Func<ParameterSlot, Tensor> view) =>
        _changed.Count > 0 ? _base.WithLowRank(Pairs(view)) : Weights.Of(Parameters.Slots.Select(slot => (slot.Name, view(slot))));

    private (string Layer, LowRankPair Pair)[] Pairs(Func<ParameterSlot, Tensor> view)
    {
        return [.. _changed.Select(layer => (layer.Name, new LowRankPair(Part(layer, DownKey), Part(layer, UpKey), layer.Scale)
        {
            Magnitude = layer.HasMagnitude ? Part(layer, MagnitudeKey) : null,
        }))];

        Tensor Part(ChangedLayer layer, string key) => view(_slots[layer.Name + key]);
    }

    /// <inheritdoc/>
    public void Dispose() => Parameters.Dispose();

    private sealed record ChangedLayer(string Name, double Scale, bool HasMagnitude);
}
