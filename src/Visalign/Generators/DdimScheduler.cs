using Visalign.Networks;
using Visalign.Torch;

namespace Visalign.Generators;

/// <summary>Samples a diffusion checkpoint as diffusers' <c>DDIMScheduler</c> does: on the variance-preserving path, by <see cref="Ddim"/>.</summary>
public sealed record DdimScheduler : INoiseSchedule
{
    /// <summary>The checkpoint's training timesteps.</summary>
    public required DiffusionNoise Noise { get; init; }
    /// <summary>What its network predicts.</summary>
    public Prediction Prediction { get; init; } = Prediction.Epsilon;
    /// <summary>Which timesteps are visited.</summary>
    public TimestepSpacing Spacing { get; init; } = TimestepSpacing.Leading;
    /// <summary>Added to leading timesteps; 1 in Stable Diffusion.</summary>
    public int StepsOffset { get; init; }
    /// <summary>Whether the last step ends at data, or with timestep 0's rest of noise, as Stable Diffusion's does.</summary>
    public bool EndsAtData { get; init; } = true;
    /// <summary>Bound of predicted clean latents, for pixel models; null in Stable Diffusion.</summary>
    public double? ClipRange { get; init; }

    /// <summary>Reads <c>scheduler_config.json</c>; missing keys mean what diffusers means by them.</summary>
    /// <exception cref="InputException">An option is malformed or not supported; the sentence names it.</exception>
    public static DdimScheduler Read(NetworkConfig json)
    {
        double range = json.Number("clip_sample_range", 1);
        var scheduler = new DdimScheduler
        {
            Noise = DiffusionNoise.Read(json),
            Prediction = PredictionType.Read(json),
            Spacing = TimestepGrid.Read(json, TimestepSpacing.Leading),
            StepsOffset = json.Whole("steps_offset", 0),
            EndsAtData = json.Flag("set_alpha_to_one", true),
            ClipRange = json.Flag("clip_sample", true) ? range : null,
        };
        // What other samplers of such checkpoints read, at the values that change nothing here; a folder may name any of them.
        json.Only("interpolation_type", "linear");
        json.Only("timestep_type", "discrete");
        json.Only("final_sigmas_type", "zero");
        json.Ignore("dynamic_thresholding_ratio", "sample_max_value", "skip_prk_steps");
        json.RefuseOthers();
        return scheduler;
    }

    /// <summary>The steps from noise to data.</summary>
    /// <remarks>Each ends T / N timesteps below its start, rounded down: with trailing timesteps that need not be where the next one starts.</remarks>
    /// <param name="count">N, 1 to T.</param>
    /// <exception cref="InputException">More steps than the checkpoint has timesteps for.</exception>
    public IReadOnlyList<SamplerStep> Steps(int count)
    {
        double[] timesteps = TimestepGrid.Of(Spacing, count, Noise.Count, StepsOffset);
        int stride = Noise.Count / count;
        var end = EndsAtData ? PathPoint.VariancePreserving(1) : Noise[0];
        return [.. timesteps.Select(timestep => (int)Math.Round(timestep))
            .Select(timestep => new SamplerStep(timestep, Noise[timestep], timestep >= stride ? Noise[timestep - stride] : end))];
    }

    /// <inheritdoc/>
    public NoiseGrid Grid(int steps, int pictureTokens, double? shift = null)
    {
        DiffusionNoise.RefuseShift(shift);
        return NoiseGrid.Of(Steps(steps), start: 1);
    }

    /// <inheritdoc/>
    public double TrainingLevel(double share) => Noise.TrainingLevel(share);

    /// <inheritdoc/>
    public double Timestep(double noiseLevel) => Noise.TimestepOf(noiseLevel);

    /// <inheritdoc/>
    public PathPoint Point(double noiseLevel) => DiffusionNoise.PointOf(noiseLevel);

    /// <summary>What the network's output says of the latents.</summary>
    /// <param name="output">Shape <c>[B, …]</c>, guidance included.</param>
    /// <param name="latents">Shape <c>[B, …]</c>, at the step's start.</param>
    /// <param name="noiseFollowsClip">Whether the noise is what is left of the latents beside clipped data, or what the network said.</param>
    public DataAndNoise Estimate(Tensor output, Tensor latents, SamplerStep step, bool noiseFollowsClip = false)
    {
        using var scope = Tensor.Scope();
        var estimate = DataAndNoise.From(Prediction, output, latents, step.From);
        if (ClipRange is { } range) estimate = estimate with { Data = estimate.Data.Clamp(-range, range) };
        if (noiseFollowsClip) estimate = DataAndNoise.From(Prediction.X0, estimate.Data, latents, step.From);
        return new(scope.Keep(estimate.Data), scope.Keep(estimate.Noise));
    }

    /// <summary>The distribution of the latents after a step.</summary>
    /// <param name="estimate">What <see cref="Estimate"/> made of the network's output.</param>
    /// <param name="eta">0 is deterministic, 1 draws as much noise as the reverse of the diffusion.</param>
    public GaussianStep Step(DataAndNoise estimate, SamplerStep step, double eta = 0) => Ddim.Step(estimate, step.To, Ddim.Deviation(step.From, step.To, eta));
}
