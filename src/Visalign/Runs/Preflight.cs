using Visalign.Generators;
using Visalign.Methods;
using Visalign.Networks;
using Visalign.Rewards;
using Visalign.Rollouts;
using Visalign.Torch;
using Visalign.Torch.Processes;

namespace Visalign.Runs;

/// <summary>What a run is about to work with.</summary>
/// <param name="Trained">The trained rewards, in the recipe's order, without the limit on failures: the preflight's pictures do not count.</param>
/// <param name="Heldout">The watched rewards, likewise.</param>
/// <param name="Processes">All of them rehearse the loss; process 0 asks the rewards.</param>
internal sealed record PreflightSubject(Recipe Recipe, IGenerator Generator, Adapter Adapter, Assembly Assembly,
    IReadOnlyList<IReward> Trained, IReadOnlyList<IReward> Heldout, PromptSource Prompts, ProcessGroup Processes);

/// <summary>What the preflight found.</summary>
/// <param name="Summary">A sentence on what holds.</param>
/// <param name="Warnings">A sentence for each thing that may be meant, and usually is not.</param>
internal sealed record PreflightFindings(string Summary, IReadOnlyList<string> Warnings);

/// <summary>Rehearses a little of the first iteration before a run leaves anything behind.</summary>
/// <remarks>
/// A rollout of one full micro-batch and a part of one, on an adapter nudged off its base, is replayed for its gradients and
/// shown to the rewards. Afterwards the adapter is what it was, bit for bit, and nothing random has been used up.
/// </remarks>
internal static class Preflight
{
    /// <summary>Checks everything.</summary>
    /// <exception cref="InputException">The recipe asks for something that cannot teach the model.</exception>
    /// <exception cref="System.Diagnostics.UnreachableException">A promise of the method or the engine is broken.</exception>
    public static PreflightFindings Check(PreflightSubject subject)
    {
        ulong seed = (ulong)subject.Recipe.Seed;
        using var scope = Tensor.Scope();
        var options = subject.Recipe.Rollout;
        var conditions = subject.Prompts.Draw(seed, 0, Math.Min(options.Prompts, options.MicroBatch / options.GroupSize + 1));
        var behavior = subject.Assembly.Behavior;
        Rollout? first = subject.Assembly.LossAtBase is null ? null : Sample();
        string start = first is null ? "" : LossRehearsal.AtBase(subject, first);
        using var nudge = new Nudge(subject.Adapter.Parameters, seed);
        // Other weights than the adapter's are not nudged, and give the same rollout again.
        var rollout = first is not null && behavior is not null ? first : Sample();

        var loss = LossRehearsal.Check(subject, rollout);
        if (!subject.Processes.IsFirst) return loss;
        var rewards = RewardRehearsal.Check(subject, rollout);
        return new($"Preflight: {start}{loss.Summary}; {rewards.Summary}.", [.. loss.Warnings, .. rewards.Warnings]);

        Rollout Sample() => subject.Assembly.Sample(behavior?.Invoke() ?? subject.Adapter.Weights, conditions, 0);
    }
}
