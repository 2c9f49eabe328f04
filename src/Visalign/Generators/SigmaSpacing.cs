using MathNet.Numerics.Distributions;
using Visalign.Networks;

namespace Visalign.Generators;

/// <summary>How a sampler spaces its sigmas between the largest and the smallest.</summary>
public enum SigmaSpacing
{
    /// <summary>As the timesteps fall.</summary>
    ByTimestep,
    /// <summary>Evenly in the seventh root (Karras et al., arXiv 2206.00364, equation 5).</summary>
    Karras,
    /// <summary>Evenly in the logarithm.</summary>
    Exponential,
    /// <summary>By quantiles of the beta distribution with both parameters 0.6: dense at both ends (Lee et al., arXiv 2407.12173).</summary>
    Beta,
}

/// <summary>Lists the sigmas of a spacing.</summary>
internal static class SigmaGrid
{
    private static readonly (string Key, SigmaSpacing Spacing)[] Keys =
        [("use_karras_sigmas", SigmaSpacing.Karras), ("use_exponential_sigmas", SigmaSpacing.Exponential), ("use_beta_sigmas", SigmaSpacing.Beta)];

    /// <summary>Reads diffusers' three flags, of which at most one may be set.</summary>
    internal static SigmaSpacing Read(NetworkConfig json)
    {
        var set = Keys.Where(entry => json.Flag(entry.Key, false)).ToArray();
        return set.Length switch
        {
            0 => SigmaSpacing.ByTimestep,
            1 => set[0].Spacing,
            _ => throw new InputException($"{json.Origin} sets both '{set[0].Key}' and '{set[1].Key}'; expected one of them at most."),
        };
    }

    /// <summary>The sigmas, largest first; both ends are met.</summary>
    /// <param name="spacing">Any but <see cref="SigmaSpacing.ByTimestep"/>, whose sigmas the timesteps give.</param>
    internal static double[] Between(SigmaSpacing spacing, double high, double low, int count)
    {
        const double Rho = 7;
        var sigmas = new double[count];
        for (int i = 0; i < count; i++)
        {
            double u = count == 1 ? 0 : i / (count - 1.0);
            sigmas[i] = spacing switch
            {
                SigmaSpacing.Karras => Math.Pow(Between(Math.Pow(high, 1 / Rho), Math.Pow(low, 1 / Rho), u), Rho),
                SigmaSpacing.Exponential => Math.Exp(Between(Math.Log(high), Math.Log(low), u)),
                SigmaSpacing.Beta => low + Quantile(1 - u) * (high - low),
                _ => throw new ArgumentOutOfRangeException(nameof(spacing), spacing, "Its sigmas follow from the timesteps."),
            };
        }
        return sigmas;
    }

    private static double Between(double from, double to, double u) => from + u * (to - from);

    // The ends are exact by definition, and no root to be searched.
    private static double Quantile(double p) => p is 0 or 1 ? p : Beta.InvCDF(0.6, 0.6, p);
}
