using Visalign.Generators;
using Visalign.Networks;
using Visalign.Torch.Processes;

namespace Visalign.Rollouts;

/// <summary>How pictures are sampled to be looked at or judged, and not to be trained on.</summary>
/// <param name="Steps">T; null for models that make no pictures by denoising, as <see cref="PlainSampling.Steps"/> says.</param>
/// <param name="GuidanceScale">Classifier-free guidance; 1 = off.</param>
public sealed record PlainSamplingOptions(int? Steps, double GuidanceScale)
{
    /// <summary>Samples of each condition.</summary>
    public int GroupSize { get; init; } = 1;

    /// <summary>Rows of one forward pass; bits depend on it.</summary>
    public int MicroBatch { get; init; } = 64;

    /// <summary>Whether steps begin as the base's and end as the tuned weights': <see cref="AnnealedFlow"/>. Of models that denoise.</summary>
    public bool Annealed { get; init; }
}

/// <summary>Samples any generator the way it samples by itself.</summary>
public static class PlainSampling
{
    /// <summary>Denoising steps of a picture where nobody asks for another number.</summary>
    public const int UsualSteps = 8;

    /// <summary>How many denoising steps a generator takes to a picture.</summary>
    /// <param name="asked">Null where nobody asked.</param>
    /// <param name="key">Who asked: the key or option, as the user knows it.</param>
    /// <returns>Null for one that draws tokens.</returns>
    /// <exception cref="InputException">A number was asked for, and the model draws tokens.</exception>
    public static int? Steps(IGenerator generator, int? asked, string key) => generator switch
    {
        TokenGenerator when asked is not null => throw new InputException($"{key} is {asked}; steps are of denoising, and this model draws tokens one after another. Leave it out."),
        TokenGenerator => null,
        _ => asked ?? UsualSteps,
    };

    /// <summary>Samples without gradient: every step an Euler step of the ODE, on the model's own noise levels; or every token as the network has it.</summary>
    /// <param name="conditions">One for each group.</param>
    /// <param name="seed">With <paramref name="iteration"/> and the sample's index it fixes every draw.</param>
    /// <param name="advanced">Hears before each forward which share of them is done; what it throws ends the sampling.</param>
    /// <param name="processes">Share the work; null where this process is to do it by itself.</param>
    public static Rollout Run(IGenerator generator, Weights weights, IReadOnlyList<Condition> conditions, PlainSamplingOptions options, ulong seed, long iteration,
        Action<double>? advanced = null, ProcessGroup? processes = null) => generator switch
    {
        NoiseGenerator noise => Denoise(noise, weights, conditions, options, seed, iteration, advanced, processes),
        TokenGenerator when options.Annealed => throw new InputException("Annealing mixes the steps of denoising, and this model draws tokens."),
        TokenGenerator tokens => TokenRolloutSampler.Sample(tokens, weights,
            new() { GroupSize = options.GroupSize, Sampling = new() { GuidanceScale = options.GuidanceScale }, MicroBatch = options.MicroBatch }, conditions, seed, iteration, advanced, processes),
        _ => throw new ArgumentException($"A {generator.GetType().Name} is not sampled."),
    };

    private static NoiseRollout Denoise(NoiseGenerator generator, Weights weights, IReadOnlyList<Condition> conditions, PlainSamplingOptions options, ulong seed, long iteration,
        Action<double>? advanced, ProcessGroup? processes)
    {
        var plan = RolloutPlan.Deterministic(generator.Grid(options.Steps ?? UsualSteps), options.GroupSize, options.GuidanceScale) with { MicroBatch = options.MicroBatch };
        return RolloutSampler.Sample(options.Annealed ? new AnnealedFlow(generator, generator.Base, plan.Levels) : generator, weights, plan, conditions, LogProbReduction.Mean, seed, iteration, advanced, processes);
    }
}
