using Visalign.Generators;
using Visalign.Pictures;
using Visalign.Rewards;
using Visalign.Rollouts;
using Visalign.Torch;
using Visalign.Worlds;

namespace Visalign.Studies;

/// <summary>Pictures that a generator makes of prompts, several of each, and what the exact checker says of them.</summary>
/// <param name="Conditions">One for each picture, group by group.</param>
/// <param name="Latents">Shape <c>[B, C, H, W]</c>: what the pictures were decoded from.</param>
/// <param name="Pictures">B pictures.</param>
/// <param name="Truth">Shape <c>[B]</c>: the checker's graded score.</param>
internal sealed record SampledGroups(IReadOnlyList<Condition> Conditions, Tensor Latents, PictureBatch Pictures, double[] Truth)
{
    /// <summary>Samples with the ODE, at the generator's best guidance.</summary>
    /// <param name="advanced">Hears which share is done; what it throws ends the sampling.</param>
    internal static SampledGroups Draw(NoiseGenerator generator, PromptSplit split, ulong seed, int prompts, int groupSize, int steps, Action<double>? advanced = null)
    {
        using var scope = Tensor.Scope();
        var plan = RolloutPlan.Deterministic(generator.Grid(steps), groupSize, generator.GuidanceScale);
        var rollout = RolloutSampler.Sample(
            generator, generator.Base, plan, PromptSource.World(split).Draw(seed, 0, prompts), LogProbReduction.Mean, seed, iteration: (long)split << 32, advanced);
        var pictures = generator.Decode(rollout.Final);
        double[] truth = [.. Enumerable.Range(0, pictures.Count).Select(i => ExactReward.Check(pictures[i], rollout.Conditions[i]).Score)];
        return new(rollout.Conditions, scope.Keep(rollout.Final), pictures, truth);
    }
}
