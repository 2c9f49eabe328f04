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

    /// <summary>The low-rank update of a linear layer at this node, or null.</summary>
    public LowRankPair? LowRank { get; private set; }

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

    /// <summary>The same tensors, with low-rank updates attached at some nodes.</summary>
    internal Weights WithLowRank(IReadOnlyDictionary<string, LowRankPair> pairs)
    {
        var tree = Of(All());
        foreach (var (name, pair) in pairs) tree.Node(name).LowRank = pair;
        return tree;
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

/// <summary>The update <c>scale · B·A</c> of a linear layer's weight.</summary>
/// <param name="Down">A, shape <c>[r, in]</c>.</param>
/// <param name="Up">B, shape <c>[out, r]</c>.</param>
/// <param name="Scale">alpha / r.</param>
public sealed record LowRankPair(Tensor Down, Tensor Up, double Scale);
