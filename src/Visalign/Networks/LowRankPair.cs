using Visalign.Torch;

namespace Visalign.Networks;

/// <summary>A low-rank change of one layer, linear or a convolution.</summary>
/// <remarks>
/// Hu et al., LoRA, arXiv 2106.09685, eq. 3; with a <see cref="Magnitude"/> Liu et al., DoRA, arXiv 2402.09353, eq. 5.
/// <code>
/// LoRA  y = W x + s B A x
/// DoRA  y = g (W + s B A) x,   g = m / n,  n = ‖W + s B A‖ over the inputs of each output
/// </code>
/// Departures: none. In the backward pass n is a constant, as DoRA's section 4.3 has it. A bias is left as it is.
/// </remarks>
/// <param name="Down">A, shape <c>[r, in]</c>; of a convolution <c>[r, in, k, k]</c>, run with the layer's own stride and padding.</param>
/// <param name="Up">B, shape <c>[out, r]</c>; of a convolution <c>[out, r, 1, 1]</c>.</param>
/// <param name="Scale">s: alpha / r, or alpha / √r where rank-stabilized.</param>
public sealed record LowRankPair(Tensor Down, Tensor Up, double Scale)
{
    /// <summary>m of DoRA, shape <c>[out]</c>; null for plain LoRA.</summary>
    public Tensor? Magnitude { get; init; }

    /// <summary>Shape <c>[B]</c>: the share of the change that each row of a batch gets; null for the whole change everywhere.</summary>
    public Tensor? Rows { get; init; }

    /// <summary>r.</summary>
    public int Rank => (int)Down.Size(0);

    /// <summary><c>s B A</c>.</summary>
    /// <returns>The shape of the layer's weight.</returns>
    public Tensor Product()
    {
        using var scope = Tensor.Scope();
        var product = Up.Reshape(Up.Size(0), -1).MatMul(Down.Reshape(Down.Size(0), -1)) * Scale;  // [out, in·k·k]
        return scope.Keep(product.Reshape([Up.Size(0), .. Down.Shape[1..]]));
    }

    /// <summary>What the change makes of the layer's weight, less that weight.</summary>
    /// <param name="weight">Shape <c>[out, in]</c> or <c>[out, in, k, k]</c>.</param>
    /// <returns>The shape of <paramref name="weight"/>.</returns>
    public Tensor Change(Tensor weight)
    {
        using var scope = Tensor.Scope();
        var product = Product();
        return scope.Keep(Magnitude is null ? product : (weight + product) * PerOutput(Gain(weight), weight.Rank) - weight);
    }

    /// <summary>The length of each output's row of a weight: where DoRA's magnitudes begin.</summary>
    /// <param name="weight">Shape <c>[out, …]</c>.</param>
    /// <returns>Shape <c>[out]</c>.</returns>
    public static Tensor RowLengths(Tensor weight)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(weight.Reshape(weight.Size(0), -1).Square().Sum([1]).Sqrt());
    }

    /// <summary>Adds the change to a layer's output.</summary>
    /// <param name="sum">The output with the changes added so far.</param>
    /// <param name="unchanged">What the layer gives by itself, bias included.</param>
    /// <param name="branch"><c>B A x</c>.</param>
    internal Tensor AddTo(Tensor sum, Tensor unchanged, Tensor branch, Weights layer)
    {
        if (Magnitude is null && Rows is null) return sum.AddScaled(branch, Scale);
        using var scope = Tensor.Scope();
        var change = branch * Scale;
        if (Magnitude is not null)
        {
            // The layer's own W x is at hand, so that g (W + s B A) x - W x needs no second product with W.
            var gain = Gain(layer["weight"].Tensor);                                              // [out]
            if (Down.Rank == 4) gain = gain.Reshape(-1, 1, 1);                                    // [out, 1, 1]
            var own = layer.Find("bias") is { } bias ? unchanged - bias.Tensor.Reshape(gain.Shape) : unchanged;
            change = own * (gain - 1) + change * gain;
        }
        return scope.Keep(Rows is null ? sum + change : sum.AddProduct(change, Shares(sum)));
    }

    private Tensor Gain(Tensor weight)
    {
        Tensor length;
        using (Autograd.NoGrad()) length = RowLengths(weight + Product());
        return Magnitude! / length;
    }

    private Tensor Shares(Tensor output)
    {
        if (Rows!.Size(0) != output.Size(0))
            throw new ArgumentException($"Adapters were chosen for {Rows.Size(0)} rows, but a layer got a batch of {output.Size(0)}.");
        Span<long> shape = stackalloc long[output.Rank];
        shape.Fill(1);
        shape[0] = -1;
        return Rows.Reshape(shape);                                                               // [B, 1, …]
    }

    private static Tensor PerOutput(Tensor vector, int rank) => rank == 4 ? vector.Reshape(-1, 1, 1, 1) : vector.Unsqueeze(1);
}
