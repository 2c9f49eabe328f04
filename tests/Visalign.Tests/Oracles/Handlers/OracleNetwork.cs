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
        Weights = Weights.Of(oracle.Under("weight.").Keys.Select(name => (name, _tensors["weight." + name])));
    }

    /// <summary>The config's <c>network</c>, to be read as a checkpoint's <c>config.json</c>.</summary>
    public NetworkConfig Config => NetworkConfig.Of(_oracle.Config.GetProperty("network"), $"{_oracle.Slug}, network");

    /// <summary>The weights under the checkpoint's keys.</summary>
    public Weights Weights { get; }

    /// <summary>The tensor of that full name, such as <c>in.sample</c>.</summary>
    public Tensor this[string name] => _tensors[name];

    /// <summary>The tensor of that full name, or null.</summary>
    public Tensor? Find(string name) => _tensors.GetValueOrDefault(name);

    /// <summary>Compares every stored gradient with that of a scalar.</summary>
    public void CompareGradients(OracleComparison comparison, Tensor loss)
    {
        string[] names = [.. _oracle.Under("grad.").Keys];
        var gradients = Autograd.Grad([loss], [.. names.Select(name => _tensors[name])]);
        foreach (var (name, gradient) in names.Zip(gradients)) comparison.Expect("grad." + name, gradient);
    }

    private Tensor Leaf(string name, OracleTensor stored)
    {
        if (stored.Type is StoredType.Int64) return Tensor.From(stored.Integers, stored.Shape);
        var tensor = _oracle.Tensor(name);
        return _oracle.Has("grad." + name) ? tensor.RequireGrad() : tensor;
    }
}
