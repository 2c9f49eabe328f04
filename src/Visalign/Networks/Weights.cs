using Visalign.Torch;

namespace Visalign.Networks;

/// <summary>A tree of named tensors: the keys of a checkpoint, split at their dots.</summary>
/// <remarks>A network is a function of weights and inputs: <c>Layers.Linear(w["to_q"], x)</c> reads <c>to_q.weight</c> and <c>to_q.bias</c>.</remarks>
public sealed class Weights
{
    private readonly Dictionary<string, Weights> _children = [];
    private readonly string _path;
    private Tensor? _tensor;

    private Weights(string path) => _path = path;

    /// <summary>The low-rank changes of the layer at this node; none for a layer as it is.</summary>
    public IReadOnlyList<LowRankPair> LowRank { get; private set; } = [];

    /// <summary>The subtree of a dotted key.</summary>
    /// <exception cref="InputException">No such key; the sentence lists what there is.</exception>
    public Weights this[string key] => Find(key) ??
        throw new InputException($"The checkpoint has no '{(_path.Length > 0 ? _path + "." : "")}{key}'; under '{_path}' there is: {string.Join(", ", _children.Keys.Take(12))}.");

    /// <summary>The tensor at this node.</summary>
    /// <exception cref="InputException">The node is a branch.</exception>
    public Tensor Tensor => _tensor ?? throw new InputException($"The checkpoint's '{_path}' is a group of tensors, not one.");

    /// <summary>The subtree of a dotted key, or null.</summary>
    public Weights? Find(string key)
    {
        if (_children.TryGetValue(key, out var child)) return child;
        int dot = key.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && _children.TryGetValue(key[..dot], out var next) ? next.Find(key[(dot + 1)..]) : null;
    }

    /// <summary>A tree of the given tensors, which stay owned by the caller.</summary>
    public static Weights Of(IEnumerable<(string Name, Tensor Tensor)> tensors)
    {
        var root = new Weights("");
        foreach (var (name, tensor) in tensors) root.Node(name)._tensor = tensor;
        return root;
    }

    /// <summary>Every tensor with its full key, in ordinal order of the keys.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> All()
    {
        if (_tensor is not null) yield return (_path, _tensor);
        foreach (var (_, child) in _children.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            foreach (var entry in child.All()) yield return entry;
    }

    /// <summary>The same tensors, with further low-rank changes of some layers.</summary>
    /// <exception cref="InputException">There is no such layer; the sentence lists what there is.</exception>
    internal Weights WithLowRank(IEnumerable<(string Layer, LowRankPair Pair)> changes)
    {
        var tree = Copy();
        foreach (var (layer, pair) in changes)
        {
            var node = tree[layer];
            node.LowRank = [.. node.LowRank, pair];
        }
        return tree;
    }

    /// <summary>The same network without low-rank changes: they are added into the weights of their layers.</summary>
    /// <returns>Fresh tensors of the current scope for the changed weights, without gradient; the others are shared.</returns>
    /// <exception cref="InvalidOperationException">A change differs from row to row of a batch.</exception>
    public Weights Merged()
    {
        using var noGradient = Autograd.NoGrad();
        var tree = Copy();
        tree.MergeHere();
        return tree;
    }

    private void MergeHere()
    {
        if (LowRank.Count > 0)
        {
            if (LowRank.Any(pair => pair.Rows is not null)) throw new InvalidOperationException($"The changes of '{_path}' differ from row to row of a batch, so no one weight has them.");
            using var scope = Tensor.Scope();
            var own = this["weight"].Tensor;
            Node("weight")._tensor = scope.Keep(LowRank.Aggregate(own, (sum, pair) => sum + pair.Change(own)));
            LowRank = [];
        }
        foreach (var child in _children.Values) child.MergeHere();
    }

    private Weights Copy()
    {
        var copy = new Weights(_path) { _tensor = _tensor, LowRank = LowRank };
        foreach (var (key, child) in _children) copy._children.Add(key, child.Copy());
        return copy;
    }

    private Weights Node(string name)
    {
        var node = this;
        foreach (string part in name.Split('.'))
        {
            if (!node._children.TryGetValue(part, out var child))
                node._children[part] = child = new(node._path.Length > 0 ? $"{node._path}.{part}" : part);
            node = child;
        }
        return node;
    }
}
