using Visalign.Networks;

namespace Visalign.Generators;

/// <summary>How much noise each training timestep of a diffusion checkpoint has.</summary>
/// <remarks>Ho et al., arXiv 2006.11239: <c>alpha-bar_t = Π (1 - beta)</c> up to t. Computed in double precision.</remarks>
public sealed class DiffusionNoise
{
    private readonly double[] _signalPowers;
    private readonly double[] _sigmas;

    private DiffusionNoise(double[] signalPowers)
    {
        // What the variance-exploding form puts in place of a last timestep without signal, whose sigma would be infinite.
        const double Least = 1.0 / (1 << 24);
        _signalPowers = signalPowers;
        _sigmas = [.. signalPowers.Select(power => power == 0 ? Least : power).Select(power => Math.Sqrt((1 - power) / power))];
    }

    /// <summary>T, usually 1000.</summary>
    public int Count => _signalPowers.Length;

    /// <summary>alpha-bar of every timestep, falling.</summary>
    public IReadOnlyList<double> SignalPowers => _signalPowers;

    /// <summary>A timestep's point on the variance-preserving path.</summary>
    /// <exception cref="InputException">No training timestep.</exception>
    public PathPoint this[int timestep] => timestep >= 0 && timestep < Count ? PathPoint.VariancePreserving(_signalPowers[timestep])
        : throw new InputException($"Timestep {timestep} was asked for, but the checkpoint was trained with 0 to {Count - 1}; ask for fewer steps.");

    /// <summary>Noise over signal at a timestep, on a straight line between whole ones.</summary>
    public double Sigma(double timestep)
    {
        double held = Math.Clamp(timestep, 0, Count - 1);
        int below = Math.Min((int)held, Count - 2);
        return _sigmas[below] + (held - below) * (_sigmas[below + 1] - _sigmas[below]);
    }

    /// <summary>The timestep of a sigma, on a straight line in its logarithm between whole ones; the first or last beyond the ends.</summary>
    public double Timestep(double sigma)
    {
        if (sigma <= _sigmas[0]) return 0;
        if (sigma >= _sigmas[^1]) return Count - 1;
        int found = Array.BinarySearch(_sigmas, sigma);
        if (found >= 0) return found;
        int below = ~found - 1;
        double low = Math.Log(_sigmas[below]);
        return below + (Math.Log(sigma) - low) / (Math.Log(_sigmas[below + 1]) - low);
    }

    /// <summary>The timestep of a level of the flow path, on a straight line in sigma between whole ones; the first or last beyond the ends.</summary>
    /// <remarks>A level that float32 has rounded gives its whole timestep back.</remarks>
    internal double TimestepOf(double noiseLevel)
    {
        // Float32 keeps a level to 6e-8, which near pure noise is up to 4e-4 timesteps.
        const double Rounded = 1e-2;
        double sigma = noiseLevel / (1 - noiseLevel);
        int above = Math.Clamp(Array.FindIndex(_sigmas, entry => entry >= sigma) is var found and >= 0 ? found : Count - 1, 1, Count - 1);
        double timestep = Math.Clamp(above - 1 + (sigma - _sigmas[above - 1]) / (_sigmas[above] - _sigmas[above - 1]), 0, Count - 1);
        return Math.Abs(timestep - Math.Round(timestep)) < Rounded ? Math.Round(timestep) : timestep;
    }

    /// <summary>The level of the flow path that a uniform whole timestep has.</summary>
    /// <param name="share">Uniform in [0, 1).</param>
    internal double TrainingLevel(double share) => this[(int)(share * Count)].NoiseLevel;

    /// <summary>A level's point on the variance-preserving path.</summary>
    internal static PathPoint PointOf(double noiseLevel)
    {
        double signal = 1 - noiseLevel, norm = Math.Sqrt(signal * signal + noiseLevel * noiseLevel);
        return new(signal / norm, noiseLevel / norm);
    }

    /// <summary>Requires that no shift is asked for.</summary>
    /// <exception cref="InputException">One is.</exception>
    internal static void RefuseShift(double? shift)
    {
        if (shift is not null) throw new InputException("rollout.shift: the model is a diffusion, whose sampler visits the timesteps it was trained with; leave 'shift' out.");
    }

    /// <summary>Reads the betas of a <c>scheduler_config.json</c>; missing keys mean what diffusers means by them.</summary>
    /// <exception cref="InputException">A schedule that is not supported.</exception>
    public static DiffusionNoise Read(NetworkConfig json)
    {
        json.Only("beta_schedule", "linear", "scaled_linear", "squaredcos_cap_v2");
        var powers = SignalPowersOf(json.Text("beta_schedule", "linear"), json.Whole("num_train_timesteps", 1000), json.Number("beta_start", 0.0001), json.Number("beta_end", 0.02));
        return new(json.Flag("rescale_betas_zero_snr", false) ? WithoutLastSignal(powers) : powers);
    }

    private static double[] SignalPowersOf(string schedule, int count, double start, double end)
    {
        if (count < 2) throw new InputException($"A diffusion of {count} timesteps has no steps; expected 2 or more.");
        var powers = new double[count];
        double power = 1;
        for (int i = 0; i < count; i++)
        {
            double u = i / (count - 1.0);
            double beta = schedule switch
            {
                "linear" => start + u * (end - start),
                "scaled_linear" => Square(Math.Sqrt(start) + u * (Math.Sqrt(end) - Math.Sqrt(start))),
                // Nichol and Dhariwal, arXiv 2102.09672, equation 17.
                _ => Math.Min(1 - Cosine((i + 1.0) / count) / Cosine((double)i / count), 0.999),
            };
            powers[i] = power *= 1 - beta;
        }
        return powers;
    }

    /// <summary>Shifts and stretches the roots, so that the first stays and the last is zero: Lin et al., arXiv 2305.08891, algorithm 1.</summary>
    private static double[] WithoutLastSignal(double[] powers)
    {
        double first = Math.Sqrt(powers[0]), last = Math.Sqrt(powers[^1]);
        return [.. powers.Select(power => Square((Math.Sqrt(power) - last) * first / (first - last)))];
    }

    private static double Cosine(double u) => Square(Math.Cos((u + 0.008) / 1.008 * Math.PI / 2));

    private static double Square(double x) => x * x;
}
