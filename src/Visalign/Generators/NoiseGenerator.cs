using Visalign.Networks;
using Visalign.Torch;

namespace Visalign.Generators;

/// <summary>What a generator that denoises is made of.</summary>
public sealed record NoiseGeneratorParts
{
    /// <summary>The network.</summary>
    public required IDenoiser Denoiser { get; init; }

    /// <summary>Its weights.</summary>
    public required Weights Base { get; init; }

    /// <summary>Its name in a pipeline's folder: <c>unet</c> or <c>transformer</c>.</summary>
    public required string Component { get; init; }

    /// <summary>What it predicts, and when.</summary>
    public required INoiseSchedule Schedule { get; init; }

    /// <summary>What reads prompts for it.</summary>
    public required ITextEncoder Text { get; init; }

    /// <summary>What makes pictures of its latents.</summary>
    public required IAutoencoder Autoencoder { get; init; }

    /// <summary>The guidance scale to sample at unless another is asked for; 1 = off.</summary>
    public double GuidanceScale { get; init; } = 1;

    /// <summary>Whether it draws scenes of the embedded world.</summary>
    public bool DrawsWorld { get; init; }

    /// <summary>The tensors of all parts, which the generator owns from then on.</summary>
    public required IReadOnlyList<Tensor> Tensors { get; init; }
}

/// <summary>Makes pictures from prompts by walking latents from noise to data.</summary>
/// <remarks>
/// Outside, latents lie on the flow path and predictions are velocities, whatever the network was trained on: at its door
/// latents are scaled to its own path (<see cref="INoiseSchedule.Point"/>) and its prediction is turned into the velocity
/// (<see cref="DataAndNoise"/>), so that one method runs on epsilon, v and flow checkpoints alike.
/// </remarks>
public sealed class NoiseGenerator : IGenerator, IFlow
{
    private readonly NoiseGeneratorParts _parts;
    private readonly List<Tensor> _owned;

    /// <summary>A generator over loaded weights, which it owns.</summary>
    public NoiseGenerator(NoiseGeneratorParts parts)
    {
        _parts = parts;
        _owned = [.. parts.Tensors.Select(tensor => tensor.Persist())];
    }

    /// <inheritdoc/>
    public Weights Base => _parts.Base;

    /// <inheritdoc/>
    public string Component => _parts.Component;

    /// <inheritdoc/>
    public double GuidanceScale => _parts.GuidanceScale;

    /// <inheritdoc/>
    public bool DrawsWorld => _parts.DrawsWorld;

    /// <summary>What the network predicts, and when.</summary>
    public INoiseSchedule Schedule => _parts.Schedule;

    /// <summary>Between pictures and latents.</summary>
    public IAutoencoder Autoencoder => _parts.Autoencoder;

    /// <summary>Side of its pictures, in pixels.</summary>
    public int PictureSide => (int)_parts.Denoiser.LatentShape[^1] * _parts.Autoencoder.Reduction;

    /// <summary>The levels of a walk, by the checkpoint's own sampler unless a shift is asked for.</summary>
    /// <inheritdoc cref="INoiseSchedule.Grid"/>
    public NoiseGrid Grid(int steps, double? shift = null) => _parts.Schedule.Grid(steps, _parts.Denoiser.PictureTokens, shift);

    /// <inheritdoc/>
    public Tensor DrawNoise(NoiseKey key, long firstSample, int count) => Noise.Normal(key, firstSample, [count, .. _parts.Denoiser.LatentShape]);

    /// <inheritdoc/>
    public void Check(Condition condition) => _parts.Text.Check(condition.Prompt);

    /// <inheritdoc/>
    public EncodedConditions Encode(IReadOnlyList<Condition> conditions) => _parts.Text.Encode(conditions);

    /// <inheritdoc/>
    /// <remarks>Both branches are forwards of their own, so that a replay with gradients has the bits of the rollout.</remarks>
    public Tensor Velocity(Weights weights, Tensor latents, Tensor noiseLevels, EncodedConditions conditions, double guidanceScale = 1, GuidanceGradient gradient = GuidanceGradient.Conditional)
    {
        using var scope = Tensor.Scope();
        if (guidanceScale == 1) return scope.Keep(Answer(conditions.Asked));
        var conditional = Answer(conditions.Asked);
        return scope.Keep(Guidance.Combine(conditional, gradient == GuidanceGradient.Both ? Answer(conditions.Avoided) : Constant(conditions.Avoided), guidanceScale));

        Tensor Answer(IReadOnlyList<Tensor> text) => VelocityOf(weights, latents, noiseLevels, text);
        Tensor Constant(IReadOnlyList<Tensor> text)
        {
            using var _ = Autograd.NoGrad();
            return Answer(text);
        }
    }

    private Tensor VelocityOf(Weights weights, Tensor latents, Tensor noiseLevels, IReadOnlyList<Tensor> text)
    {
        using var scope = Tensor.Scope();
        var schedule = _parts.Schedule;
        float[] levels = noiseLevels.ToArray<float>();
        var timesteps = Tensor.From([.. levels.Select(level => (float)schedule.Timestep(level))], levels.Length);      // [B]
        if (schedule.Prediction == Prediction.Velocity) return scope.Keep(_parts.Denoiser.Predict(weights, latents, timesteps, text));
        PathPoint[] points = [.. levels.Select(level => schedule.Point(level))];
        var own = latents * PathPoint.Each(points, point => point.FlowScale, latents);
        var output = _parts.Denoiser.Predict(weights, own, timesteps, text);
        return scope.Keep(DataAndNoise.From(schedule.Prediction, output, own, points).Output(Prediction.Velocity, points));
    }

    /// <inheritdoc/>
    public Tensor Pixels(Tensor final)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(_parts.Autoencoder.Decode(final).Clamp(0, 1));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _owned) tensor.Dispose();
    }
}
