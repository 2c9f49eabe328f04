using Visalign.Networks;
using Visalign.Torch;

namespace Visalign.Generators;

/// <summary>Samples a diffusion checkpoint as diffusers' <c>EulerDiscreteScheduler</c> does: on the variance-exploding path.</summary>
/// <remarks>
/// Karras et al., arXiv 2206.00364. Its Euler step is the deterministic one of <see cref="Ddim"/> at another scale; what it adds is the
/// freedom to choose sigmas between those of the training timesteps.
/// </remarks>
public sealed record EulerScheduler : INoiseSchedule
{
    /// <summary>The checkpoint's training timesteps.</summary>
    public required DiffusionNoise Noise { get; init; }
    /// <summary>What its network predicts.</summary>
    public Prediction Prediction { get; init; } = Prediction.Epsilon;
    /// <summary>Which timesteps are visited, where they decide.</summary>
    public TimestepSpacing Spacing { get; init; } = TimestepSpacing.Linspace;
    /// <summary>Added to leading timesteps; 1 in Stable Diffusion.</summary>
    public int StepsOffset { get; init; }
    /// <summary>How sigmas are spaced.</summary>
    public SigmaSpacing SigmaSpacing { get; init; }
    /// <summary>Largest sigma of a spacing not by timesteps; null takes the first of those the timesteps give.</summary>
    public double? SigmaMax { get; init; }
    /// <summary>Smallest sigma of a spacing not by timesteps; null takes the last of those the timesteps give.</summary>
    public double? SigmaMin { get; init; }
    /// <summary>Whether the sigmas of timesteps are read off a straight line in the logarithm, from the table's last to its first, in place of the table.</summary>
    public bool LogLinear { get; init; }
    /// <summary>Whether a v network is told a quarter of the sigma's logarithm in place of a timestep.</summary>
    public bool ContinuousTimesteps { get; init; }
    /// <summary>Whether the last step ends at data, or at the sigma of timestep 0.</summary>
    public bool EndsAtData { get; init; } = true;

    /// <summary>Reads <c>scheduler_config.json</c>; missing keys mean what diffusers means by them.</summary>
    /// <exception cref="InputException">An option is malformed or not supported; the sentence names it.</exception>
    public static EulerScheduler Read(NetworkConfig json)
    {
        json.Only("prediction_type", "epsilon", "v_prediction");
        json.Only("interpolation_type", "linear", "log_linear");
        json.Only("timestep_type", "discrete", "continuous");
        json.Only("final_sigmas_type", "zero", "sigma_min");
        var scheduler = new EulerScheduler
        {
            Noise = DiffusionNoise.Read(json),
            Prediction = PredictionType.Read(json),
            Spacing = TimestepGrid.Read(json, TimestepSpacing.Linspace),
            StepsOffset = json.Whole("steps_offset", 0),
            SigmaSpacing = SigmaGrid.Read(json),
            SigmaMax = json.Has("sigma_max") ? json.Number("sigma_max") : null,
            SigmaMin = json.Has("sigma_min") ? json.Number("sigma_min") : null,
            LogLinear = json.Text("interpolation_type", "linear") == "log_linear",
            ContinuousTimesteps = json.Text("timestep_type", "discrete") == "continuous",
            EndsAtData = json.Text("final_sigmas_type", "zero") == "zero",
        };
        // What other samplers of such checkpoints read; a folder may name any of them.
        json.Ignore("clip_sample_range", "dynamic_thresholding_ratio", "sample_max_value", "set_alpha_to_one", "skip_prk_steps");
        json.RefuseOthers();
        return scheduler;
    }

    /// <summary>The sigmas of a walk, largest first, and where it ends.</summary>
    /// <returns>N + 1 numbers; one more on the log-linear line, whose N + 1 points are all kept, though N steps never reach the last.</returns>
    /// <exception cref="InputException">More steps than the checkpoint has timesteps for.</exception>
    public IReadOnlyList<double> Sigmas(int count)
    {
        double[] sigmas = LogLinear
            ? SigmaGrid.Between(SigmaSpacing.Exponential, Noise.Sigma(Noise.Count - 1), Noise.Sigma(0), count + 1)
            : [.. Spaced(count).Select(Noise.Sigma)];
        if (SigmaSpacing != SigmaSpacing.ByTimestep) sigmas = SigmaGrid.Between(SigmaSpacing, SigmaMax ?? sigmas[0], SigmaMin ?? sigmas[^1], count);
        return [.. sigmas, EndsAtData ? 0 : Noise.Sigma(0)];
    }

    /// <summary>The steps from noise to data.</summary>
    /// <param name="count">N.</param>
    /// <exception cref="InputException">More steps than the checkpoint has timesteps for.</exception>
    public IReadOnlyList<SamplerStep> Steps(int count)
    {
        var sigmas = Sigmas(count);
        double[] timesteps = ContinuousTimesteps && Prediction == Prediction.V ? [.. sigmas.Take(count).Select(sigma => 0.25 * Math.Log(sigma))]
            : SigmaSpacing == SigmaSpacing.ByTimestep ? Spaced(count)
            : [.. sigmas.Take(count).Select(Noise.Timestep)];
        return [.. timesteps.Select((timestep, i) => new SamplerStep(timestep, PathPoint.VarianceExploding(sigmas[i]), PathPoint.VarianceExploding(sigmas[i + 1])))];
    }

    /// <summary>What standard normal noise is multiplied by to start a walk.</summary>
    /// <remarks>The first point's <see cref="PathPoint.Norm"/>; its sigma alone where the timesteps start at full noise.</remarks>
    public double StartScale(int count)
    {
        double largest = Sigmas(count).Max();
        return Spacing == TimestepSpacing.Leading ? PathPoint.VarianceExploding(largest).Norm : largest;
    }

    /// <inheritdoc/>
    public NoiseGrid Grid(int steps, int pictureTokens, double? shift = null)
    {
        DiffusionNoise.RefuseShift(shift);
        return NoiseGrid.Of(Steps(steps), StartScale(steps));
    }

    /// <inheritdoc/>
    public double TrainingLevel(double share) => Noise.TrainingLevel(share);

    /// <inheritdoc/>
    public double Timestep(double noiseLevel) =>
        ContinuousTimesteps && Prediction == Prediction.V ? 0.25 * Math.Log(noiseLevel / (1 - noiseLevel))
        : SigmaSpacing == SigmaSpacing.ByTimestep ? Noise.TimestepOf(noiseLevel)
        : Noise.Timestep(noiseLevel / (1 - noiseLevel));

    /// <inheritdoc/>
    public PathPoint Point(double noiseLevel) => DiffusionNoise.PointOf(noiseLevel);

    /// <summary>The latents as the network reads them: on the variance-preserving path it was trained on.</summary>
    public Tensor NetworkInput(Tensor latents, SamplerStep step) => latents / step.From.Norm;

    /// <summary>What the network's output says of the latents.</summary>
    /// <param name="output">Shape <c>[B, …]</c>, guidance included.</param>
    /// <param name="latents">Shape <c>[B, …]</c>, with what churn added.</param>
    /// <param name="raised">Where they stand: the step's start, or where <see cref="EulerChurn.Raise"/> took it.</param>
    public DataAndNoise Estimate(Tensor output, Tensor latents, SamplerStep step, PathPoint raised)
    {
        using var scope = Tensor.Scope();
        // A v network's answer is read at the sigma it was told, an epsilon network's at the present one; as in diffusers.
        var told = DataAndNoise.From(Prediction, output, latents, Prediction == Prediction.V ? step.From : raised);
        var estimate = DataAndNoise.From(Prediction.X0, told.Data, latents, raised);
        return new(scope.Keep(estimate.Data), scope.Keep(estimate.Noise));
    }

    /// <summary>The latents after a step.</summary>
    /// <param name="estimate">What <see cref="Estimate"/> made of the network's output.</param>
    public Tensor Step(DataAndNoise estimate, SamplerStep step) => Ddim.Step(estimate, step.To, deviation: 0).Mean;

    private double[] Spaced(int count) => TimestepGrid.Of(Spacing, count, Noise.Count, StepsOffset);
}
