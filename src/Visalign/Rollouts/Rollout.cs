using Visalign.Generators;
using Visalign.Torch;

namespace Visalign.Rollouts;

/// <summary>One stochastic step that was taken: an edge between two states of every sample.</summary>
/// <param name="Step">Its index in rollout order; 0 is the noisiest.</param>
/// <param name="From">Shape <c>[B, C, H, W]</c>: states before.</param>
/// <param name="To">Shape <c>[B, C, H, W]</c>: states after.</param>
/// <param name="LogProb">Shape <c>[B]</c>: log-probability under the policy that sampled.</param>
public sealed record Transition(int Step, Tensor From, Tensor To, Tensor LogProb);

/// <summary>What a rollout leaves behind: the transitions that can be trained, and the final samples. Its tensors belong to the scope it was made in.</summary>
/// <param name="Plan">What was asked for.</param>
/// <param name="Iteration">Which iteration it belongs to.</param>
/// <param name="Conditions">B conditions, group after group.</param>
/// <param name="Groups">B group numbers, 0 to P - 1.</param>
/// <param name="Words">Shape <c>[B, L]</c>: encoded conditions.</param>
/// <param name="Transitions">In rollout order.</param>
/// <param name="Final">Shape <c>[B, C, H, W]</c>: final latents.</param>
/// <param name="NetworkEvaluations">Samples × forwards, both guidance branches counted.</param>
public sealed record Rollout(
    RolloutPlan Plan, long Iteration, IReadOnlyList<Condition> Conditions, long[] Groups, Tensor Words, IReadOnlyList<Transition> Transitions, Tensor Final, long NetworkEvaluations);
