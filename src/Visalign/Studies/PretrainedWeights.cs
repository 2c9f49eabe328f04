using Visalign.Networks;
using Visalign.Torch;

namespace Visalign.Studies;

/// <summary>The weights of a network in training from scratch, shared out between the optimizers.</summary>
internal sealed class PretrainedWeights : IDisposable
{
    /// <summary>Copies first values and makes them trainable.</summary>
    /// <param name="initial">Names and values.</param>
    /// <param name="isMatrix">What Muon is for: matrices inside a network, not embeddings, first and last layers, nor biases.</param>
    internal PretrainedWeights(IEnumerable<(string Name, Tensor Value)> initial, Func<string, Tensor, bool> isMatrix)
    {
        var sorted = initial.ToLookup(entry => isMatrix(entry.Name, entry.Value));
        Others = new([.. sorted[false]]);
        Matrices = sorted.Contains(true) ? new([.. sorted[true]]) : null;
        Tree = Weights.Of(new[] { Others, Matrices }.OfType<FlatParameters>().SelectMany(flat => flat.Slots.Select(slot => (slot.Name, flat[slot.Name]))));
    }

    /// <summary>What AdamW steps.</summary>
    internal FlatParameters Others { get; }

    /// <summary>What Muon steps; null where nothing is left to it.</summary>
    internal FlatParameters? Matrices { get; }

    /// <summary>All of them.</summary>
    internal Weights Tree { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Others.Dispose();
        Matrices?.Dispose();
    }
}
