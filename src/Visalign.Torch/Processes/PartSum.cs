namespace Visalign.Torch.Processes;

/// <summary>Sums the gradients of an update's parts in an order that depends on how many parts there are and on nothing else.</summary>
/// <remarks>
/// Parts are the leaves of a binary tree that halves any run of them, the left half being the larger; a node is the sum of
/// its two halves. Each process computes a block of the parts and every node that lies within its block; what spans blocks
/// is added up by the process that holds the node's first part. So a lone process, two and four add the same numbers in
/// the same order and get the same bits, and <c>log2(parts)</c> vectors of room are enough for each of them.
/// </remarks>
public sealed class PartSum
{
    private readonly FlatParameters _parameters;
    private readonly ProcessGroup _group;
    private readonly Action<int> _backward;
    private readonly int _count;
    private readonly (int Start, int Length) _mine;

    private PartSum(FlatParameters parameters, ProcessGroup group, int count, Action<int> backward) =>
        (_parameters, _group, _count, _backward, _mine) = (parameters, group, count, backward, group.Share(count));

    /// <summary>Leaves the sum in <see cref="FlatParameters.Gradients"/> of every process.</summary>
    /// <param name="count">Parts of the update, at least 1.</param>
    /// <param name="backward">Adds one part's gradient; called for this process's own parts, in order.</param>
    public static void Take(FlatParameters parameters, ProcessGroup group, int count, Action<int> backward)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        using var scope = Tensor.Scope();
        var sum = new PartSum(parameters, group, count, backward);
        if (group.Count == 1)
        {
            sum.Compute(0, count);
            return;
        }
        var nodes = new Dictionary<int, Tensor>();
        sum.ComputeMine(0, count, nodes);
        group.Agree(own: 0, common: parameters.Count);
        using var noGradient = Autograd.NoGrad();
        if (sum.Combine(0, count, nodes) is { } whole) parameters.Gradients.CopyInPlace(whole);
        group.CopyFromFirst(parameters.Gradients);
    }

    private static int Middle(int start, int end) => start + (end - start + 1) / 2;

    private bool IsMine(int start, int end) => _mine.Start <= start && end <= _mine.Start + _mine.Length;

    private bool IsOthers(int start, int end) => end <= _mine.Start || _mine.Start + _mine.Length <= start;

    // Leaves a node of this process's own parts in the gradients.
    private void Compute(int start, int end)
    {
        if (end - start == 1)
        {
            _parameters.ClearGradients();
            _backward(start);
            return;
        }
        using var scope = Tensor.Scope();
        int middle = Middle(start, end);
        Compute(start, middle);
        var left = _parameters.Gradients.Clone();
        Compute(middle, end);
        using var noGradient = Autograd.NoGrad();
        _parameters.Gradients.AddInPlace(left);
    }

    // The largest nodes that lie within this process's block, by their first part.
    private void ComputeMine(int start, int end, Dictionary<int, Tensor> nodes)
    {
        if (IsOthers(start, end)) return;
        if (IsMine(start, end))
        {
            Compute(start, end);
            nodes.Add(start, _parameters.Gradients.Clone());
            return;
        }
        int middle = Middle(start, end);
        ComputeMine(start, middle, nodes);
        ComputeMine(middle, end, nodes);
    }

    // A node's sum at the process that holds its first part; null elsewhere. All walk the tree alike, so nobody waits in a circle.
    private Tensor? Combine(int start, int end, Dictionary<int, Tensor> nodes)
    {
        if (IsOthers(start, end)) return null;
        if (IsMine(start, end)) return nodes[start];
        int middle = Middle(start, end), leftOwner = _group.OwnerOf(start, _count), rightOwner = _group.OwnerOf(middle, _count);
        var left = Combine(start, middle, nodes);
        var right = Combine(middle, end, nodes);
        if (leftOwner == _group.Rank)
        {
            if (rightOwner != _group.Rank) _group.Receive(right = Tensor.Empty(left!.Shape), rightOwner);
            left!.AddInPlace(right!);
            return left;
        }
        if (rightOwner == _group.Rank) _group.Send(right!, leftOwner);
        return null;
    }
}
