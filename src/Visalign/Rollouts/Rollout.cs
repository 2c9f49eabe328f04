using Visalign.Generators;
using Visalign.Torch;
using Visalign.Torch.Processes;

namespace Visalign.Rollouts;

/// <summary>What a rollout leaves behind, whatever made it: groups of samples, each group of one condition. Its tensors belong to the scope it was made in.</summary>
/// <param name="Iteration">Which iteration it belongs to.</param>
/// <param name="GroupSize">G: samples of each condition.</param>
/// <param name="Conditions">B conditions, group after group.</param>
/// <param name="Final">B rows: what the generator makes pictures of.</param>
/// <param name="NetworkEvaluations">Samples × forwards, both guidance branches counted.</param>
public abstract record Rollout(long Iteration, int GroupSize, IReadOnlyList<Condition> Conditions, Tensor Final, long NetworkEvaluations)
{
    /// <summary>B.</summary>
    public int SampleCount => Conditions.Count;

    /// <summary>What the rollout itself has to say to the metrics, by name.</summary>
    public IReadOnlyList<(string Name, double Value)> Metrics { get; init; } = [];

    /// <summary>B group numbers, from 0.</summary>
    public long[] Groups => [.. Enumerable.Range(0, SampleCount).Select(i => (long)(i / GroupSize))];
}

/// <summary>A rollout that denoised, with the transitions that can be trained.</summary>
/// <param name="Plan">What was asked for.</param>
/// <param name="Encoded">B rows: the conditions as the network reads them.</param>
/// <param name="Transitions">In rollout order.</param>
/// <param name="Final">Shape <c>[B, C, H, W]</c>: final latents.</param>
public sealed record NoiseRollout(RolloutPlan Plan, long Iteration, IReadOnlyList<Condition> Conditions, EncodedConditions Encoded,
    IReadOnlyList<Transition> Transitions, Tensor Final, long NetworkEvaluations) : Rollout(Iteration, Plan.GroupSize, Conditions, Final, NetworkEvaluations)
{
    /// <summary>Shape <c>[B, C, H, W]</c> each: the states before the last steps, as many as the plan asks for.</summary>
    public IReadOnlyList<Tensor> Tail { get; init; } = [];

    /// <summary>The rollout of all processes, where transitions and final latents hold this process's rows only.</summary>
    public NoiseRollout Gathered(ProcessGroup processes)
    {
        if (processes.Count == 1) return this;
        List<Transition> whole = [];
        foreach (var (step, from, to, logProb) in Transitions)
        {
            // Steps that follow one another share the state between them.
            bool follows = whole.Count > 0 && ReferenceEquals(from, Transitions[whole.Count - 1].To);
            whole.Add(new(step, follows ? whole[^1].To : processes.GatherRows(from), processes.GatherRows(to), processes.GatherRows(logProb)));
        }
        return this with { Transitions = whole, Tail = [.. Tail.Select(processes.GatherRows)], Final = processes.GatherRows(Final) };
    }
}

/// <summary>One stochastic step that was taken: an edge between two states of every sample.</summary>
/// <param name="Step">Its index in rollout order; 0 is the noisiest.</param>
/// <param name="From">Shape <c>[B, C, H, W]</c>: states before.</param>
/// <param name="To">Shape <c>[B, C, H, W]</c>: states after.</param>
/// <param name="LogProb">Shape <c>[B]</c>: log-probability under the policy that sampled.</param>
public sealed record Transition(int Step, Tensor From, Tensor To, Tensor LogProb)
{
    /// <summary>Hands its tensors to a scope's parent.</summary>
    public Transition KeptBy(TensorScope scope) => new(Step, scope.Keep(From), scope.Keep(To), scope.Keep(LogProb));
}
