using Visalign.Generators;
using Visalign.Pictures;
using Visalign.Rollouts;
using Visalign.Runs;
using Visalign.Torch;
using Visalign.Worlds;

namespace Visalign.Studies;

/// <summary>How pictures of one prompt are sampled.</summary>
public sealed record SamplingOptions
{
    /// <summary>Pictures, each from start noise of its own.</summary>
    public int Count { get; init; } = 1;

    /// <summary>ODE steps; null for the usual number, or none where the model draws tokens.</summary>
    public int? Steps { get; init; }

    /// <summary>Classifier-free guidance; 1 is off.</summary>
    public required double GuidanceScale { get; init; }

    /// <summary>Whether the first steps are the base's and the last the tuned weights', as DRaFT+ samples.</summary>
    public bool Annealed { get; init; }

    /// <summary>Of the start noise: the same seed gives the same pictures.</summary>
    public ulong Seed { get; init; } = 1;
}

/// <summary>Pictures of one prompt.</summary>
/// <param name="Verdicts">What the exact checker says of each; empty where the model draws others than the embedded world's scenes, or the prompt is no sentence of it.</param>
/// <param name="Remark">Why there are no verdicts; null where there are.</param>
public sealed record PromptSample(PictureBatch Pictures, IReadOnlyList<Verdict> Verdicts, string? Remark);

/// <summary>Samples pictures of a prompt and has the exact checker judge them where it understands the prompt.</summary>
public static class PromptSampling
{
    /// <summary>Samples and judges.</summary>
    /// <exception cref="InputException">A word the model does not know; the sentence lists those it does. Or annealing without tuned weights.</exception>
    public static PromptSample Run(Policy policy, string prompt, SamplingOptions options)
    {
        if (options.Annealed && !policy.IsTuned) throw new InputException($"--annealed: {policy.Name} is a model as it is, and annealing goes from the base to tuned weights; name these by --run or --lora.");
        using var scope = Tensor.Scope();
        var rollout = PlainSampling.Run(policy.Generator, policy.Weights, [new(prompt)],
            new(PlainSampling.Steps(policy.Generator, options.Steps, "--steps"), options.GuidanceScale) { GroupSize = options.Count, Annealed = options.Annealed }, options.Seed, iteration: 0);
        var pictures = policy.Generator.Decode(rollout.Final);
        if (!policy.Generator.DrawsWorld) return new(pictures, [], "the exact checker judges scenes of the embedded world, and this model draws others.");
        try
        {
            var request = PromptGrammar.Parse(prompt);
            return new(pictures, [.. Enumerable.Range(0, options.Count).Select(i => SceneChecker.Check(pictures[i], request))], null);
        }
        catch (InputException notASentence)
        {
            return new(pictures, [], notASentence.Message);
        }
    }
}
