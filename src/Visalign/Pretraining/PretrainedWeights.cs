using Visalign.Networks;
using Visalign.Torch;

namespace Visalign.Pretraining;

/// <summary>The weights of a network in training from scratch, shared out between the optimizers.</summary>
/// <remarks>Muon steps matrices; a convolution is one with a row for each output channel (Jordan et al., "Muon", 2024).</remarks>
internal sealed class PretrainedWeights : IDisposable
{
    private readonly Dictionary<string, long[]> _shapes;

    /// <summary>Copies first values and makes them trainable.</summary>
    /// <param name="initial">Names and values.</param>
    /// <param name="isMatrix">What Muon is for: matrices and convolutions inside a network, not embeddings, first and last layers, nor biases.</param>
    internal PretrainedWeights(IEnumerable<(string Name, Tensor Value)> initial, Func<string, Tensor, bool> isMatrix)
    {
        using var scope = Tensor.Scope();
        var first = initial.ToList();
        _shapes = first.ToDictionary(entry => entry.Name, entry => entry.Value.Shape.ToArray());
        var sorted = first.ToLookup(entry => isMatrix(entry.Name, entry.Value));
        Others = new([.. sorted[false]]);
        Matrices = sorted.Contains(true) ? new([.. sorted[true].Select(entry => (entry.Name, entry.Value.Reshape(entry.Value.Size(0), -1)))]) : null;
    }

    /// <summary>What AdamW steps.</summary>
    internal FlatParameters Others { get; }

    /// <summary>What Muon steps; null where nothing is left to it.</summary>
    internal FlatParameters? Matrices { get; }

    /// <summary>All of them as the network reads them, in the open scope.</summary>
    internal Weights Tree() => Weights.Of(Shaped(new[] { Others, Matrices }.OfType<FlatParameters>().SelectMany(flat => flat.Slots.Select(slot => (slot.Name, flat[slot.Name])))));

    /// <summary>Values in the shapes of their layers, in the open scope.</summary>
    internal IEnumerable<(string Name, Tensor Value)> Shaped(IEnumerable<(string Name, Tensor Value)> flat) => flat.Select(entry => (entry.Name, entry.Value.Reshape(_shapes[entry.Name])));

    /// <inheritdoc/>
    public void Dispose()
    {
        Others.Dispose();
        Matrices?.Dispose();
    }
}
