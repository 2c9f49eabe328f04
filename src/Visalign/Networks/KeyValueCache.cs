using Visalign.Torch;

namespace Visalign.Networks;

/// <summary>The keys and values of the tokens a decoder has seen, so that each token is computed once.</summary>
public sealed class KeyValueCache : IDisposable
{
    private readonly Tensor[] _keys, _values;                                                     // [B, H, capacity, D] each

    /// <summary>An empty cache.</summary>
    /// <param name="rows">B: sequences decoded side by side.</param>
    /// <param name="layers">Layers that attend.</param>
    /// <param name="heads">Heads of keys and values.</param>
    /// <param name="headWidth">D.</param>
    /// <param name="capacity">The most tokens of a sequence.</param>
    public KeyValueCache(int rows, int layers, int heads, int headWidth, int capacity)
    {
        Capacity = capacity;
        _keys = Rooms();
        _values = Rooms();

        Tensor[] Rooms() => [.. Enumerable.Range(0, layers).Select(_ => Tensor.Zeros([rows, heads, capacity, headWidth]).Persist())];
    }

    /// <summary>The most tokens of a sequence.</summary>
    public int Capacity { get; }

    /// <summary>Tokens that every layer has seen.</summary>
    public int Length { get; private set; }

    /// <summary>Stores the newest tokens of a layer.</summary>
    /// <param name="keys">Shape <c>[B, H, n, D]</c>.</param>
    /// <param name="values">Shape <c>[B, H, n, D]</c>.</param>
    /// <returns>Keys and values of all tokens, the newest included: views of shape <c>[B, H, Length + n, D]</c>.</returns>
    /// <exception cref="InvalidOperationException">They do not fit in.</exception>
    public (Tensor Keys, Tensor Values) Extend(int layer, Tensor keys, Tensor values)
    {
        Expect.SameShape(keys, values);
        long count = keys.Size(2);
        if (Length + count > Capacity) throw new InvalidOperationException($"The cache holds {Length} of at most {Capacity} tokens and cannot take {count} more.");
        _keys[layer].Narrow(2, Length, count).CopyInPlace(keys);
        _values[layer].Narrow(2, Length, count).CopyInPlace(values);
        return (_keys[layer].Narrow(2, 0, Length + count), _values[layer].Narrow(2, 0, Length + count));
    }

    /// <summary>Counts the newest tokens when all layers have them.</summary>
    public void Advance(int count) => Length += count;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _keys.Concat(_values)) tensor.Dispose();
    }
}
