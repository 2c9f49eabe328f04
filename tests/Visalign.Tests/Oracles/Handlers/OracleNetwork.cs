using Visalign.Networks;
using Visalign.Torch.Safetensors;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>The network of a case: its config, its weights and inputs, and the gradients that the case stores.</summary>
internal sealed class OracleNetwork
{
    private readonly OracleCase _oracle;
    private readonly Dictionary<string, Tensor> _tensors;

    /// <summary>Takes over a case's <c>in.*</c> and <c>weight.*</c>; those with a stored gradient become leaves.</summary>
    public OracleNetwork(OracleCase oracle)
    {
        _oracle = oracle;
        _tensors = oracle.Tensors.Where(entry => entry.Key.StartsWith("in.", StringComparison.Ordinal) || entry.Key.StartsWith("weight.", StringComparison.Ordinal))
            .ToDictionary(entry => entry.Key, entry => Leaf(entry.Key, entry.Value), StringComparer.Ordinal);
    }

    /// <summary>The config's <c>network</c>, to be read as a checkpoint's <c>config.json</c>.</summary>
    public NetworkConfig Config => NetworkConfig.Of(_oracle.Config.GetProperty("network"), $"{_oracle.Slug}, network");

    /// <summary>The weights under the checkpoint's keys.</summary>
    /// <param name="network">What the keys of one of several networks begin with, dot included.</param>
    public Weights Weights(string network = "")
    {
        string prefix = "weight." + network;
        return Visalign.Networks.Weights.Of(_tensors.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(entry => (entry.Key[prefix.Length..], entry.Value)));
    }

    /// <summary>The tensor of that full name, such as <c>in.sample</c>.</summary>
    public Tensor this[string name] => _tensors[name];

    /// <summary>The tensor of that full name, or null.</summary>
    public Tensor? Find(string name) => _tensors.GetValueOrDefault(name);

    /// <summary>Compares every stored gradient with that of a scalar; what the scalar does not depend on has none, which is zero.</summary>
    public void CompareGradients(OracleComparison comparison, Tensor loss)
    {
        Autograd.Backward(loss);
        foreach (string name in _oracle.Under("grad.").Keys) comparison.Expect("grad." + name, _tensors[name].Gradient ?? Tensor.Zeros(_tensors[name].Shape));
    }

    private Tensor Leaf(string name, OracleTensor stored)
    {
        if (stored.Type is StoredType.Int64) return Tensor.From(stored.Integers, stored.Shape);
        var tensor = _oracle.Tensor(name);
        return _oracle.Has("grad." + name) ? tensor.RequireGrad() : tensor;
    }
}
