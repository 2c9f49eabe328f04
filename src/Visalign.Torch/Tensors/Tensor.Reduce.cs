using Visalign.Torch.Native;

namespace Visalign.Torch;

public sealed partial class Tensor
{
    /// <summary>Sum of all elements, shape <c>[]</c>.</summary>
    public Tensor Sum() => Operators.SumAll.Call(this);
    /// <summary>Sum over some dimensions.</summary>
    public Tensor Sum(ReadOnlySpan<long> dims, bool keepDim = false) => Operators.Sum.Call(this, dims, keepDim);
    /// <summary>Mean of all elements, shape <c>[]</c>.</summary>
    public Tensor Mean() => Operators.MeanAll.Call(this);
    /// <summary>Mean over some dimensions.</summary>
    public Tensor Mean(ReadOnlySpan<long> dims, bool keepDim = false) => Operators.Mean.Call(this, dims, keepDim);
    /// <summary>Sums up to and with each entry of a dimension.</summary>
    public Tensor CumulativeSum(int dim) => Operators.CumulativeSum.Call(this, (long)dim);
    /// <summary>Largest values over some dimensions.</summary>
    public Tensor Max(ReadOnlySpan<long> dims, bool keepDim = false) => Operators.AMax.Call(this, dims, keepDim);
    /// <summary>Smallest values over some dimensions.</summary>
    public Tensor Min(ReadOnlySpan<long> dims, bool keepDim = false) => Operators.AMin.Call(this, dims, keepDim);
    /// <summary>Position of the largest value along a dimension.</summary>
    public Tensor ArgMax(int dim, bool keepDim = false) => Operators.ArgMax.Call(this, (long)dim, keepDim);
    /// <summary>Euclidean norm of all elements, shape <c>[]</c>.</summary>
    public Tensor Norm() => Operators.Norm.Call(this, 2.0);

    /// <summary>Singular value decomposition <c>U · diag(S) · Vᵀ</c> of a matrix.</summary>
    /// <returns>Shapes <c>[m, k]</c>, <c>[k]</c> in falling order, <c>[k, n]</c> for <c>[m, n]</c>, with k the smaller of m and n.</returns>
    public (Tensor Left, Tensor Values, Tensor Right) SingularValues()
    {
        var parts = Operators.SingularValues.CallMany(this, false);
        return (parts[0], parts[1], parts[2]);
    }

    /// <summary>Mean over everything but the first dimension.</summary>
    /// <returns>Shape <c>[B]</c>.</returns>
    public Tensor MeanPerSample()
    {
        using var scope = Scope();
        return scope.Keep(Reshape(Size(0), -1).Mean([1]));
    }
}
