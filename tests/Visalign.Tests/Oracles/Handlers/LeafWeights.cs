using Visalign.Networks;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>A case's weights as leaves of autograd, so that its gradients can be compared.</summary>
internal sealed class LeafWeights
{
    private const string Prefix = "weight.";
    private readonly OracleCase _oracle;
    private readonly Dictionary<string, Tensor> _leaves;

    internal LeafWeights(OracleCase oracle)
    {
        _oracle = oracle;
        _leaves = oracle.Under(Prefix).Keys.ToDictionary(name => name, name => oracle.Tensor(Prefix + name).RequireGrad(), StringComparer.Ordinal);
    }

    /// <summary>The tree of one network's weights.</summary>
    /// <param name="network">What its keys begin with, dot included; empty for a case of one network.</param>
    internal Weights Tree(string network = "") => Weights.Of(
        from leaf in _leaves
        where leaf.Key.StartsWith(network, StringComparison.Ordinal)
        select (leaf.Key[network.Length..], leaf.Value));

    /// <summary>Differentiates a loss and compares every gradient that the case stores.</summary>
    internal void ExpectGradients(OracleComparison comparison, Tensor loss)
    {
        Autograd.Backward(loss);
        foreach (string name in _oracle.Under("grad." + Prefix).Keys)
        {
            if (_leaves[name].Gradient is { } gradient) comparison.Expect($"grad.{Prefix}{name}", gradient);
            else comparison.Fail($"{name} got no gradient");
        }
    }
}
