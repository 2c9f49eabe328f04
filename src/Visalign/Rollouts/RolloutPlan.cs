using Visalign.Generators;
using Visalign.Torch.Processes;

namespace Visalign.Rollouts;

/// <summary>What to sample in an iteration, and where along the way chance acts.</summary>
public sealed record RolloutPlan
{
    /// <summary>Plain sampling: every step an Euler step of the ODE, every sample with start noise of its own.</summary>
    public static RolloutPlan Deterministic(NoiseGrid grid, int groupSize, double guidanceScale) => new()
    {
        GroupSize = groupSize,
        Grid = grid,
        Kernel = new Ode(),
        NoiseScale = 0,
        WindowStart = 0,
        WindowLength = 0,
        GuidanceScale = guidanceScale,
    };

    /// <summary>Plain sampling as a recipe asks for it.</summary>
    /// <exception cref="InputException">The generator was not trained on such levels.</exception>
    public static RolloutPlan Deterministic(NoiseGenerator generator, RolloutOptions options) =>
        Deterministic(generator.Grid(options.DenoisingSteps, options.Shift), options.GroupSize, options.GuidanceScale) with { MicroBatch = options.MicroBatch };

    /// <summary>G: samples of each condition.</summary>
    public required int GroupSize { get; init; }

    /// <summary>T + 1 noise levels, how the walk through them starts, and how it ends.</summary>
    public required NoiseGrid Grid { get; init; }

    /// <summary>The kernel of stochastic steps.</summary>
    public required IStepKernel Kernel { get; init; }

    /// <summary>Strength of the kernel's noise.</summary>
    public required double NoiseScale { get; init; }

    /// <summary>What all other steps are; second order only where no step is stochastic.</summary>
    public OdeSolver Solver { get; init; }

    /// <summary>First stochastic step.</summary>
    public required int WindowStart { get; init; }

    /// <summary>Number of stochastic steps.</summary>
    public required int WindowLength { get; init; }

    /// <summary>Classifier-free guidance; 1 = off.</summary>
    public required double GuidanceScale { get; init; }

    /// <summary>Of how many of the last steps the rollout leaves the states behind, for gradients through the sampler.</summary>
    public int Tail { get; init; }

    /// <summary>Which branches of guidance are trained when steps are replayed.</summary>
    public GuidanceGradient GuidanceGradient { get; init; }

    /// <summary>Where the samples of a group part ways.</summary>
    public GroupStart Start { get; init; }

    /// <summary>Rows of one forward pass. Bits depend on it, so rollout and replay use the same.</summary>
    public int MicroBatch { get; init; } = 64;

    /// <summary>T + 1 noise levels, falling.</summary>
    public float[] Levels => Grid.Levels;

    /// <summary>T.</summary>
    public int StepCount => Levels.Length - 1;

    /// <summary>Whether a step is the kernel's.</summary>
    public bool IsStochastic(int step) => step >= WindowStart && step < WindowStart + WindowLength;

    /// <summary>Whether a step draws noise: the kernel's may end where it has none, as at data.</summary>
    public bool HasNoise(int step) => IsStochastic(step) && Kernel.HasNoise(At(step));

    /// <summary>A step as kernels see it.</summary>
    internal StepPlace At(int step) => new(Grid, step, NoiseScale);

    /// <summary>Rows of each forward pass: start and length.</summary>
    public IEnumerable<(int Start, int Length)> MicroBatches(int rows) => RowBatches.Of(rows, MicroBatch);

    /// <summary>The rows that fall to this process: whole micro-batches, so that their bits do not depend on how many processes there are.</summary>
    public (int Start, int Length) Share(ProcessGroup processes, int rows) => RowBatches.Share(processes, rows, MicroBatch);
}
