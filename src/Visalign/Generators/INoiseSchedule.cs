namespace Visalign.Generators;

/// <summary>How a denoising network understands noise: what it predicts, on which path, at which timesteps.</summary>
public interface INoiseSchedule
{
    /// <summary>What the network predicts.</summary>
    Prediction Prediction { get; }

    /// <summary>The levels that the checkpoint's own sampler visits, or those of a shift asked for.</summary>
    /// <param name="steps">T.</param>
    /// <param name="pictureTokens">What the network sees of a picture; some shift by it.</param>
    /// <param name="shift">Toward noise, 1 = even; null for the checkpoint's own spacing.</param>
    /// <exception cref="InputException">The network was not trained on such levels.</exception>
    NoiseGrid Grid(int steps, int pictureTokens, double? shift = null);

    /// <summary>A level to train at.</summary>
    /// <param name="share">Uniform in [0, 1).</param>
    /// <returns>s: uniform itself on a flow, that of a uniform whole timestep in a diffusion.</returns>
    double TrainingLevel(double share);

    /// <summary>What the network is told at a level.</summary>
    double Timestep(double noiseLevel);

    /// <summary>Where the network expects latents of a level.</summary>
    PathPoint Point(double noiseLevel);
}

/// <summary>The embedded world's flow: the network is told the level itself, and samplers walk even levels.</summary>
public sealed record EvenFlow : INoiseSchedule
{
    /// <inheritdoc/>
    public Prediction Prediction => Prediction.Velocity;

    /// <inheritdoc/>
    public NoiseGrid Grid(int steps, int pictureTokens, double? shift = null) => NoiseGrid.Even(steps, shift ?? 1);

    /// <inheritdoc/>
    public double TrainingLevel(double share) => share;

    /// <inheritdoc/>
    public double Timestep(double noiseLevel) => noiseLevel;

    /// <inheritdoc/>
    public PathPoint Point(double noiseLevel) => PathPoint.Flow(noiseLevel);
}
