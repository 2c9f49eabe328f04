namespace Visalign.Torch.Processes;

/// <summary>Shares out rows in whole batches, so that the shape of a forward pass, and with it the bits, does not depend on how many processes there are.</summary>
public static class RowSharing
{
    /// <summary>The rows that fall to this process.</summary>
    /// <param name="rows">Rows of all.</param>
    /// <param name="batch">Rows of one batch; the last may have fewer.</param>
    public static (int Start, int Length) ShareRows(this ProcessGroup processes, int rows, int batch)
    {
        var (start, length) = processes.Share((rows + batch - 1) / batch);
        int first = Math.Min(rows, start * batch);
        return (first, Math.Min(rows, (start + length) * batch) - first);
    }

    /// <summary>Makes rows batch by batch, each process its share.</summary>
    /// <param name="make">Gives the rows from a number on, as many as asked for: shape <c>[length, ...]</c>.</param>
    /// <param name="none">Shape <c>[0, ...]</c>: what a process without a share has.</param>
    /// <returns>Shape <c>[rows, ...]</c> on every process, without gradient.</returns>
    public static Tensor MakeRows(this ProcessGroup processes, int rows, int batch, Func<int, int, Tensor> make, Tensor none)
    {
        using var scope = Tensor.Scope();
        using var noGradient = Autograd.NoGrad();
        var (start, length) = processes.ShareRows(rows, batch);
        List<Tensor> made = [none];
        for (int first = start; first < start + length; first += batch)
        {
            using var inner = Tensor.Scope();
            made.Add(inner.Keep(make(first, Math.Min(batch, start + length - first))));
        }
        var mine = Tensor.Cat(made.ToArray());
        return scope.Keep(processes.Count == 1 ? mine : processes.GatherRows(mine));
    }
}
