using Visalign.Networks;

namespace Visalign.Generators;

/// <summary>The noise levels that diffusers' <c>FlowMatchEulerDiscreteScheduler</c> walks a flow checkpoint through.</summary>
/// <remarks>
/// Esser et al., arXiv 2403.03206, section 5.3.2. The steps between them are the kernels of this room: <see cref="Kernel"/>.
/// Levels fall as <c>s = m u / (m u + 1 - u)</c> of an even grid u, m being the static shift or one by resolution.
/// </remarks>
public sealed record FlowEulerScheduler : INoiseSchedule
{
    /// <summary>T: what the network is told is T times the noise level.</summary>
    public int TrainTimesteps { get; init; } = 1000;
    /// <summary>The static shift toward noise: 1 is even, 3 in SD3.5.</summary>
    public double Shift { get; init; } = 1;
    /// <summary>Whether the shift is chosen by resolution in place of the static one.</summary>
    public bool ShiftsByResolution { get; init; }
    /// <summary>Whether a shift by resolution is <c>m = e^mu</c>, as in FLUX, or mu itself.</summary>
    public bool ExponentialShift { get; init; } = true;
    /// <summary>mu at <see cref="BaseTokens"/>.</summary>
    public double BaseShift { get; init; } = 0.5;
    /// <summary>mu at <see cref="MaxTokens"/>.</summary>
    public double MaxShift { get; init; } = 1.15;
    /// <summary>Picture tokens of the smallest resolution.</summary>
    public int BaseTokens { get; init; } = 256;
    /// <summary>Picture tokens of the largest resolution.</summary>
    public int MaxTokens { get; init; } = 4096;
    /// <summary>The level that the last one before data is stretched to; null leaves it where it is.</summary>
    public double? Terminal { get; init; }
    /// <summary>How levels are spaced.</summary>
    public SigmaSpacing Spacing { get; init; }
    /// <summary>Whether the network counts time from noise to data and predicts data minus noise, as Mochi's does.</summary>
    public bool Inverted { get; init; }
    /// <summary>Whether every step draws all noise afresh.</summary>
    public bool Stochastic { get; init; }

    /// <summary>How to step between the levels: Euler's method, or <see cref="Cps"/> with a noise scale of 1 where noise is drawn afresh.</summary>
    public IStepKernel Kernel => Stochastic ? new Cps() : new Ode();

    /// <summary>Reads <c>scheduler_config.json</c>; missing keys mean what diffusers means by them.</summary>
    /// <exception cref="InputException">An option is malformed or not supported; the sentence names it.</exception>
    public static FlowEulerScheduler Read(NetworkConfig json)
    {
        json.Only("time_shift_type", "exponential", "linear");
        var scheduler = new FlowEulerScheduler
        {
            TrainTimesteps = json.Whole("num_train_timesteps", 1000),
            Shift = json.Number("shift", 1),
            ShiftsByResolution = json.Flag("use_dynamic_shifting", false),
            ExponentialShift = json.Text("time_shift_type", "exponential") == "exponential",
            BaseShift = json.Number("base_shift", 0.5),
            MaxShift = json.Number("max_shift", 1.15),
            BaseTokens = json.Whole("base_image_seq_len", 256),
            MaxTokens = json.Whole("max_image_seq_len", 4096),
            Terminal = json.Number("shift_terminal", 0) is not 0 and var terminal ? terminal : null,
            Spacing = SigmaGrid.Read(json),
            Inverted = json.Flag("invert_sigmas", false),
            Stochastic = json.Flag("stochastic_sampling", false),
        };
        json.RefuseOthers();
        return scheduler;
    }

    /// <inheritdoc/>
    public Prediction Prediction => Prediction.Velocity;

    /// <inheritdoc/>
    public NoiseGrid Grid(int steps, int pictureTokens, double? shift = null) => shift is { } asked
        ? NoiseGrid.Even(steps, asked)
        : NoiseGrid.Of(Steps(steps, ShiftsByResolution ? ResolutionShift(pictureTokens) : null), start: 1);

    /// <inheritdoc/>
    public double TrainingLevel(double share) => share;

    /// <inheritdoc/>
    public double Timestep(double noiseLevel) => TrainTimesteps * (Inverted ? 1 - noiseLevel : noiseLevel);

    /// <inheritdoc/>
    public PathPoint Point(double noiseLevel) => PathPoint.Flow(noiseLevel);

    /// <summary>mu for a picture: on the line through the smallest and the largest resolution, and beyond.</summary>
    /// <param name="tokens">Picture tokens the network sees.</param>
    public double ResolutionShift(int tokens) => BaseShift + (MaxShift - BaseShift) * (tokens - BaseTokens) / (MaxTokens - BaseTokens);

    /// <summary>The steps on the scheduler's own grid: even from the training table's first to its last level, then shifted.</summary>
    /// <remarks>A static shift is in the training table already, so that the last level is shifted twice.</remarks>
    /// <param name="count">N.</param>
    /// <param name="resolutionShift">mu, where the checkpoint shifts by resolution.</param>
    public IReadOnlyList<SamplerStep> Steps(int count, double? resolutionShift = null)
    {
        double Trained(double u) => ShiftsByResolution ? u : FlowGrid.Shift(u, Shift);
        double high = Trained(1), low = Trained(1.0 / TrainTimesteps);
        return StepsFrom([.. Enumerable.Range(0, count).Select(i => count == 1 ? high : high + (low - high) * i / (count - 1))], resolutionShift);
    }

    /// <summary>The steps from levels of one's own, which are shifted.</summary>
    /// <param name="levels">N levels before the shift, in (0, 1], falling; FLUX takes 1, 1 - 1/N, …, 1/N.</param>
    /// <param name="resolutionShift">mu, where the checkpoint shifts by resolution.</param>
    /// <returns>N steps, the last ending at data.</returns>
    public IReadOnlyList<SamplerStep> StepsFrom(IReadOnlyList<double> levels, double? resolutionShift = null)
    {
        double[] shifted = Levels(levels, resolutionShift);
        return [.. shifted.Select((level, i) => new SamplerStep(
            TrainTimesteps * (Inverted ? 1 - level : level), PathPoint.Flow(level), PathPoint.Flow(i + 1 < shifted.Length ? shifted[i + 1] : 0)))];
    }

    /// <summary>The steps from timesteps of one's own: the network is told these, while the levels are shifted as ever.</summary>
    /// <param name="timesteps">N timesteps in (0, T], falling.</param>
    /// <param name="resolutionShift">mu, where the checkpoint shifts by resolution.</param>
    public IReadOnlyList<SamplerStep> StepsAt(IReadOnlyList<double> timesteps, double? resolutionShift = null) =>
        [.. StepsFrom([.. timesteps.Select(timestep => timestep / TrainTimesteps)], resolutionShift).Select((step, i) => Inverted ? step : step with { Timestep = timesteps[i] })];

    private double[] Levels(IReadOnlyList<double> unshifted, double? resolutionShift)
    {
        if (ShiftsByResolution != resolutionShift.HasValue)
            throw new ArgumentException(ShiftsByResolution ? "The checkpoint shifts by resolution, and none was told." : "The checkpoint's shift is static, and one by resolution was told.");
        double shift = resolutionShift is not { } mu ? Shift : ExponentialShift ? Math.Exp(mu) : mu;
        double[] levels = [.. unshifted.Select(level => FlowGrid.Shift(level, shift))];
        if (Terminal is { } terminal)
        {
            double stretch = (1 - terminal) / (1 - levels[^1]);
            levels = [.. levels.Select(level => 1 - (1 - level) * stretch)];
        }
        return Spacing == SigmaSpacing.ByTimestep ? levels : SigmaGrid.Between(Spacing, levels[0], levels[^1], levels.Length);
    }
}
