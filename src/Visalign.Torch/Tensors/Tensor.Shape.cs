using Visalign.Torch.Native;

namespace Visalign.Torch;

public sealed partial class Tensor
{
    /// <summary>Other sizes over the same memory; needs a layout that allows it.</summary>
    public Tensor View(params ReadOnlySpan<long> shape) => Operators.View.Call(this, shape);

    /// <summary>Other sizes; one may be -1.</summary>
    public Tensor Reshape(params ReadOnlySpan<long> shape) => Operators.Reshape.Call(this, shape);

    /// <summary>Dimensions in another order.</summary>
    public Tensor Permute(params ReadOnlySpan<long> dims) => Operators.Permute.Call(this, dims);

    /// <summary>Two dimensions swapped.</summary>
    public Tensor Transpose(int first, int second) => Operators.Transpose.Call(this, (long)first, (long)second);

    /// <summary>A dimension of size 1 inserted.</summary>
    public Tensor Unsqueeze(int dim) => Operators.Unsqueeze.Call(this, (long)dim);

    /// <summary>A dimension of size 1 removed.</summary>
    public Tensor Squeeze(int dim) => Operators.Squeeze.Call(this, (long)dim);

    /// <summary>Dimensions of size 1 repeated without a copy; -1 keeps a size.</summary>
    public Tensor Expand(params ReadOnlySpan<long> shape) => Operators.Expand.Call(this, shape);

    internal Tensor AsStrided(ReadOnlySpan<long> shape, ReadOnlySpan<long> strides, long offset) => Operators.AsStrided.Call(this, shape, strides, offset);

    /// <summary><paramref name="length"/> entries of one dimension from <paramref name="start"/> on.</summary>
    public Tensor Narrow(int dim, long start, long length) => Operators.Narrow.Call(this, (long)dim, start, length);

    /// <summary>One entry of one dimension, which goes.</summary>
    public Tensor Select(int dim, long index) => Operators.Select.Call(this, (long)dim, index);

    /// <summary>Pieces of <paramref name="size"/> along a dimension; the last may be shorter.</summary>
    public Tensor[] Split(long size, int dim) => Operators.Split.CallMany(this, size, (long)dim);

    /// <summary>Pieces of given sizes along a dimension.</summary>
    public Tensor[] Split(ReadOnlySpan<long> sizes, int dim) => Operators.SplitSizes.CallMany(this, sizes, (long)dim);

    /// <summary>Equal pieces along a dimension.</summary>
    public Tensor[] Chunk(int count, int dim) => Split((Size(dim) + count - 1) / count, dim);

    /// <summary>Tensors joined along a dimension they have.</summary>
    public static Tensor Cat(ReadOnlySpan<Tensor?> tensors, int dim = 0) => Operators.Cat.Call(tensors, (long)dim);

    /// <summary>Tensors joined along a new dimension.</summary>
    public static Tensor Stack(ReadOnlySpan<Tensor?> tensors, int dim = 0) => Operators.Stack.Call(tensors, (long)dim);

    /// <summary>Entries of one dimension picked by an integer vector.</summary>
    public Tensor IndexSelect(int dim, Tensor index) => Operators.IndexSelect.Call(this, (long)dim, index);

    /// <summary>Entries picked along a dimension, one index for each result.</summary>
    public Tensor Gather(int dim, Tensor index) => Operators.Gather.Call(this, (long)dim, index);

    /// <summary>Each entry of a dimension repeated in place.</summary>
    public Tensor RepeatInterleave(long repeats, int dim) => Operators.RepeatInterleave.Call(this, repeats, (long)dim);

    /// <summary>Edges widened by a constant: entries before and after the last dimension, then the one before it, and so on.</summary>
    public Tensor Pad(ReadOnlySpan<long> widths, double value = 0) => Operators.ConstantPad.Call(this, widths, value);

    /// <summary>Pairs of the last dimension, which must be 2 and contiguous, as complex numbers over the same memory.</summary>
    public Tensor ViewAsComplex() => Operators.ViewAsComplex.Call(this);

    /// <summary>Complex numbers as pairs along a new last dimension, over the same memory.</summary>
    public Tensor ViewAsReal() => Operators.ViewAsReal.Call(this);

    /// <summary>Entries of a dimension in order.</summary>
    /// <returns>The ordered entries, and where each was.</returns>
    public (Tensor Values, Tensor Places) Sort(int dim, bool descending = false)
    {
        var parts = Operators.Sort.CallMany(this, (long)dim, descending);
        return (parts[0], parts[1]);
    }

    /// <summary>Dimensions reversed.</summary>
    public Tensor Flip(params ReadOnlySpan<long> dims) => Operators.Flip.Call(this, dims);
}
