using Visalign.Pictures;
using Visalign.Torch;

namespace Visalign.Networks;

/// <summary>Resamples planes by products with matrices, so that gradients come by themselves.</summary>
internal static class Resampling
{
    /// <summary>Another height.</summary>
    /// <param name="planes">Shape <c>[…, H, W]</c>, float32.</param>
    /// <returns>Shape <c>[…, h, W]</c>.</returns>
    internal static Tensor Rows(Tensor planes, CubicTaps taps)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(Matrix(taps).MatMul(planes));
    }

    /// <summary>Another width.</summary>
    /// <param name="planes">Shape <c>[…, H, W]</c>, float32.</param>
    /// <returns>Shape <c>[…, H, w]</c>.</returns>
    internal static Tensor Columns(Tensor planes, CubicTaps taps)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(planes.MatMul(Matrix(taps).Transpose(0, 1)));
    }

    private static Tensor Matrix(CubicTaps taps)
    {
        var matrix = Tensor.Zeros([taps.Lines.Count, taps.From]);
        var values = matrix.AsSpan<float>();
        for (int i = 0; i < taps.Lines.Count; i++)
        {
            var (start, weights) = taps.Lines[i];
            for (int k = 0; k < weights.Length; k++) values[i * taps.From + start + k] = (float)weights[k];
        }
        return matrix;
    }
}
