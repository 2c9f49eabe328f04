namespace Visalign.Torch;

/// <summary>Owns the tensors made while it is open and frees them when it closes, except those kept.</summary>
/// <remarks>
/// Scopes nest per thread: <c>using var scope = Tensor.Scope(); … return scope.Keep(result);</c>. A tensor made while no
/// scope is open belongs to whoever made it and lives until <see cref="Tensor.Dispose"/>; there are no finalizers.
/// </remarks>
public sealed class TensorScope : IDisposable
{
    [ThreadStatic] private static TensorScope? t_current;
    [ThreadStatic] private static Stack<TensorScope>? t_spare;

    private readonly List<Tensor> _owned = [];
    private TensorScope? _parent;
    private bool _open;

    private TensorScope() { }

    internal static TensorScope? Current => t_current;

    internal static TensorScope Open()
    {
        t_spare ??= new();
        if (!t_spare.TryPop(out var scope)) scope = new();
        scope._parent = t_current;
        scope._open = true;
        t_current = scope;
        return scope;
    }

    internal void Adopt(Tensor tensor)
    {
        tensor.Owner = this;
        _owned.Add(tensor);
    }

    /// <summary>Hands a tensor to the enclosing scope, or to the caller where there is none.</summary>
    /// <returns><paramref name="tensor"/> itself.</returns>
    public Tensor Keep(Tensor tensor)
    {
        ObjectDisposedException.ThrowIf(!_open, this);
        if (tensor.Owner != this) return tensor;
        tensor.Owner = null;
        _parent?.Adopt(tensor);
        return tensor;
    }

    /// <summary>Hands several tensors to the enclosing scope.</summary>
    public Tensor[] Keep(Tensor[] tensors)
    {
        foreach (var tensor in tensors) Keep(tensor);
        return tensors;
    }

    /// <summary>Frees what was not kept.</summary>
    public void Dispose()
    {
        if (!_open) return;
        _open = false;
        foreach (var tensor in _owned)
            if (tensor.Owner == this) tensor.Dispose();
        _owned.Clear();
        if (t_current == this) t_current = _parent;
        _parent = null;
        t_spare!.Push(this);
    }
}
