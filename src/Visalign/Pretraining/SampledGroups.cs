using Visalign.Generators;
using Visalign.Pictures;
using Visalign.Rewards;
using Visalign.Rollouts;
using Visalign.Torch;
using Visalign.Worlds;

namespace Visalign.Pretraining;

/// <summary>Pictures that a generator makes of prompts, several of each, and what the exact checker says of them.</summary>
/// <param name="Conditions">One for each picture, group by group.</param>
/// <param name="Final">B rows: what the pictures were decoded from.</param>
/// <param name="Pictures">B pictures.</param>
/// <param name="Truth">Shape <c>[B]</c>: the checker's graded score.</param>
internal sealed record SampledGroups(IReadOnlyList<Condition> Conditions, Tensor Final, PictureBatch Pictures, double[] Truth)
{
    /// <summary>Samples the way the generator does by itself, at its best guidance.</summary>
    /// <param name="advanced">Hears which share is done; what it throws ends the sampling.</param>
    /// <exception cref="InputException">The generator does not draw the embedded world, so that the checker cannot judge.</exception>
    internal static SampledGroups Draw(IGenerator generator, PromptSplit split, ulong seed, int prompts, int groupSize, int? steps, Action<double>? advanced = null)
    {
        if (!generator.DrawsWorld) throw new InputException("model: it does not draw the embedded world, and judges of that are trained and measured on its scenes.");
        using var scope = Tensor.Scope();
        var rollout = PlainSampling.Run(generator, generator.Base, PromptSource.World(split).Draw(seed, 0, prompts),
            new(steps, generator.GuidanceScale) { GroupSize = groupSize }, seed, iteration: (long)split << 32, advanced);
        var pictures = generator.Decode(rollout.Final);
        double[] truth = [.. Enumerable.Range(0, pictures.Count).Select(i => ExactReward.Check(pictures[i], rollout.Conditions[i]).Score)];
        return new(rollout.Conditions, scope.Keep(rollout.Final), pictures, truth);
    }
}
