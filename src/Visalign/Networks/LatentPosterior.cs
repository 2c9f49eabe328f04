using Visalign.Torch;

namespace Visalign.Networks;

/// <summary>What an encoder says of a picture's latents: independent normal distributions.</summary>
/// <remarks>Kingma and Welling, arXiv 1312.6114.</remarks>
/// <param name="Mean">Shape <c>[B, C, H, W]</c>; also the most likely latents.</param>
/// <param name="LogVariance">Shape <c>[B, C, H, W]</c>, in [-30, 20].</param>
public readonly record struct LatentPosterior(Tensor Mean, Tensor LogVariance)
{
    /// <summary>Splits an encoder's output.</summary>
    /// <param name="moments">Shape <c>[B, 2C, H, W]</c>: means, then log-variances, which are clamped.</param>
    public static LatentPosterior Of(Tensor moments)
    {
        Expect.Shape(moments, "B C H W");
        using var scope = Tensor.Scope();
        var parts = moments.Chunk(2, 1);
        return new(scope.Keep(parts[0]), scope.Keep(parts[1].Clamp(-30, 20)));
    }

    /// <summary>Standard deviations, shape <c>[B, C, H, W]</c>.</summary>
    public Tensor Deviation()
    {
        using var scope = Tensor.Scope();
        return scope.Keep((LogVariance * 0.5).Exp());
    }

    /// <summary>A draw: <c>mean + deviation · noise</c>.</summary>
    public Tensor Draw(Tensor noise)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(Mean.AddProduct(Deviation(), noise));
    }

    /// <summary>Kullback-Leibler divergence from the standard normal, summed over a picture's latents.</summary>
    /// <remarks><code>½ Σ (mean² + variance - 1 - ln variance)</code></remarks>
    /// <returns>Shape <c>[B]</c>, in nats; zero where mean and log-variance are.</returns>
    public Tensor Divergence()
    {
        using var scope = Tensor.Scope();
        var terms = Mean.Square() + LogVariance.Exp() - 1 - LogVariance;
        return scope.Keep(terms.Reshape(terms.Size(0), -1).Sum([1]) * 0.5);
    }
}
