using Visalign.Torch;

namespace Visalign.Generators;

/// <summary>The distribution of one sampler step, <c>N(Mean, Deviation² I)</c>.</summary>
/// <param name="Mean">Shape of the latents, float32.</param>
/// <param name="Deviation">Shape <c>[B, 1, …]</c> or <c>[]</c>: the step's full standard deviation.</param>
public readonly record struct GaussianStep(Tensor Mean, Tensor Deviation)
{
    /// <summary>A draw: <c>mean + deviation · noise</c>.</summary>
    public Tensor Draw(Tensor noise) => Mean.AddProduct(Deviation, noise);

    /// <summary>Log-density of a next state, which is taken without gradient.</summary>
    /// <remarks><code>-(z' - mean)² / (2 deviation²) - ln deviation - ½ ln 2π</code>, reduced over all but the batch.</remarks>
    /// <param name="next">Shape of the latents.</param>
    /// <returns>Shape <c>[B]</c>.</returns>
    public Tensor LogProb(Tensor next, LogProbReduction reduction = LogProbReduction.Mean)
    {
        using var scope = Tensor.Scope();
        var density = (next.Detach() - Mean).Square() / (Deviation.Square() * -2) - Deviation.Log() - 0.5 * Math.Log(2 * Math.PI);
        return scope.Keep(Reduce(density, reduction));
    }

    /// <summary>Minus the squared distance to a next state: the "log-probability" that the code of Flow-CPS trains with.</summary>
    /// <remarks>Drops the constants and <c>1 / (2 deviation²)</c> on purpose, so that late, narrow steps do not dominate.</remarks>
    /// <returns>Shape <c>[B]</c>.</returns>
    public Tensor NegativeSquaredDistance(Tensor next, LogProbReduction reduction = LogProbReduction.Mean)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(Reduce(-(next.Detach() - Mean).Square(), reduction));
    }

    private static Tensor Reduce(Tensor values, LogProbReduction reduction)
    {
        var flat = values.Reshape(values.Size(0), -1);
        return reduction == LogProbReduction.Mean ? flat.Mean([1]) : flat.Sum([1]);
    }
}
