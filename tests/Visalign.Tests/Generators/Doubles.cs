namespace Visalign.Tests.Generators;

/// <summary>Tensors in double precision, so that numbers computed by hand can be held to nine digits.</summary>
internal static class Doubles
{
    /// <summary>Shape <c>[1]</c>.</summary>
    public static Tensor Of(double value) => Tensor.From([value], 1);

    /// <summary>Shape <c>[rows, values / rows]</c>.</summary>
    public static Tensor Rows(int rows, params double[] values) => Tensor.From(values, rows, values.Length / rows);

    /// <summary>Normal numbers, reproducibly, shape <c>[rows, columns]</c>.</summary>
    public static Tensor Random(ulong seed, int rows, int columns)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(Noise.Normal(new(seed, NoisePurpose.Probe), 0, rows, columns).To(DType.Float64));
    }

    /// <summary>The elements in row-major order.</summary>
    public static double[] Values(this Tensor tensor) => tensor.ToArray<double>();
}
