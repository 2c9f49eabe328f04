namespace Visalign.Torch;

/// <summary>Named parameters that live in one flat vector, and their gradients in another.</summary>
/// <remarks>
/// Each parameter is a leaf over its part of the vector and its gradient aliases the same part of the gradient vector, so
/// optimizer, clipping, averaging and checkpoints are each one operation on one vector.
/// </remarks>
public sealed class FlatParameters : IDisposable
{
    private readonly Dictionary<string, Tensor> _leaves = [];

    /// <summary>Copies <paramref name="initial"/> into a flat vector and makes trainable leaves over it.</summary>
    /// <param name="initial">Names and float32 values; their order is the order in the vector.</param>
    public FlatParameters(IReadOnlyList<(string Name, Tensor Value)> initial)
    {
        using var scope = Tensor.Scope();
        long count = 0;
        foreach (var (_, value) in initial) count += value.Count;
        Count = count;
        Values = Tensor.Zeros([count]).Persist();
        Gradients = Tensor.Zeros([count]).Persist();
        long offset = 0;
        List<ParameterSlot> slots = [];
        foreach (var (name, value) in initial)
        {
            slots.Add(new(name, offset, value.Shape.ToArray()));
            offset += value.Count;
        }
        Slots = slots;
        foreach (var (slot, (_, value)) in slots.Zip(initial))
        {
            using (Autograd.NoGrad()) slot.Of(Values).CopyInPlace(value);
            var leaf = slot.Of(Values).Detach().RequireGrad().Persist();
            leaf.SetGradient(slot.Of(Gradients).Detach());
            _leaves.Add(slot.Name, leaf);
        }
    }

    /// <summary>Number of trainable numbers.</summary>
    public long Count { get; }

    /// <summary>Shape <c>[N]</c>: all parameters.</summary>
    public Tensor Values { get; }

    /// <summary>Shape <c>[N]</c>: all gradients, accumulated by backward.</summary>
    public Tensor Gradients { get; }

    /// <summary>Where each parameter lies.</summary>
    public IReadOnlyList<ParameterSlot> Slots { get; }

    /// <summary>The trainable leaf of a name.</summary>
    public Tensor this[string name] => _leaves[name];

    /// <summary>Sets all gradients to zero.</summary>
    public void ClearGradients()
    {
        using (Autograd.NoGrad()) Gradients.FillInPlace(0);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var leaf in _leaves.Values) leaf.Dispose();
        Values.Dispose();
        Gradients.Dispose();
    }
}

/// <summary>The place of one parameter in a flat vector.</summary>
/// <param name="Name">Its key in the checkpoint.</param>
/// <param name="Offset">Index of its first number.</param>
/// <param name="Shape">Its sizes.</param>
public sealed record ParameterSlot(string Name, long Offset, long[] Shape)
{
    /// <summary>A view of this parameter in <paramref name="flat"/>, shape as declared.</summary>
    public Tensor Of(Tensor flat)
    {
        var strides = new long[Shape.Length];
        long stride = 1;
        for (int i = Shape.Length - 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride *= Shape[i];
        }
        return flat.AsStrided(Shape, strides, Offset);
    }
}
