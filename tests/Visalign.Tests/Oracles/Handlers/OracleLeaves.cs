using Visalign.Networks;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>The tensors of a network's case, those with a stored gradient as leaves.</summary>
internal sealed class OracleLeaves
{
    private readonly OracleCase _oracle;
    private readonly Dictionary<string, Tensor> _tensors;

    /// <summary>Takes a case's inputs and weights.</summary>
    public OracleLeaves(OracleCase oracle)
    {
        _oracle = oracle;
        _tensors = oracle.Tensors.Keys.Where(name => name.StartsWith("in.", StringComparison.Ordinal) || name.StartsWith("weight.", StringComparison.Ordinal))
            .ToDictionary(name => name, oracle.Tensor, StringComparer.Ordinal);
        foreach (string name in Wanted) _tensors[name].RequireGrad();
    }

    /// <summary>The tensor of a full name.</summary>
    public Tensor this[string name] => _tensors[name];

    /// <summary>The weights behind a prefix, under the rest of their names.</summary>
    public Weights Weights(string prefix) =>
        Visalign.Networks.Weights.Of(_tensors.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(entry => (entry.Key[prefix.Length..], entry.Value)));

    /// <summary>Compares every stored gradient with that of a scalar; what the scalar does not depend on has none, which is zero.</summary>
    public void CompareGradients(OracleComparison comparison, Tensor loss)
    {
        Autograd.Backward(loss);
        foreach (string name in Wanted) comparison.Expect("grad." + name, _tensors[name].Gradient ?? Tensor.Zeros(_tensors[name].Shape));
    }

    private IEnumerable<string> Wanted => _oracle.Tensors.Keys.Where(name => name.StartsWith("grad.", StringComparison.Ordinal)).Select(name => name["grad.".Length..]);
}
