namespace Visalign.Bench;

/// <summary>What a table calls a part of the workloads.</summary>
public enum WorkloadKind
{
    /// <summary>What a call costs by itself.</summary>
    Dispatch,
    /// <summary>One operator, forward and backward.</summary>
    Operator,
    /// <summary>Clipping, AdamW and moving average.</summary>
    Optimizer,
    /// <summary>Forward, squared error, backward, clipping, AdamW and moving average.</summary>
    Step,
    /// <summary>Rollout, reward, credit and update of an alignment method.</summary>
    Iteration,
    /// <summary>What Python lacks.</summary>
    Reward,
}

/// <summary>A workload made ready.</summary>
/// <param name="Run">Does it once.</param>
/// <param name="Parameters">Numbers that are trained, which must be as many in Python.</param>
internal sealed record Prepared(Action Run, long Parameters = 0)
{
    /// <summary>Frees what it holds beyond the open scope.</summary>
    internal Action Release { get; init; } = () => { };
}

/// <summary>Something to time, which <c>twin.py</c> does as well under the same name.</summary>
/// <param name="Name">Its key in the twin.</param>
/// <param name="Kind">Part of the table.</param>
/// <param name="Description">For the table.</param>
/// <param name="Prepare">Makes the inputs.</param>
internal sealed record Workload(string Name, WorkloadKind Kind, string Description, Func<Prepared> Prepare)
{
    /// <summary>How often one run does it; the table shows the time of one.</summary>
    internal int Calls { get; init; } = 1;

    /// <summary>Whether Python does it as well.</summary>
    internal bool HasTwin { get; init; } = true;

    /// <summary>Whether it is timed; else its memory alone is looked at.</summary>
    internal bool IsTimed { get; init; } = true;

    /// <summary>Whether the height of its memory is taken, on both sides where there are two.</summary>
    internal bool TakesMemory { get; init; }

    /// <summary>Floating-point operations of its matrix products; 0 where they are not counted.</summary>
    internal double MatrixWork { get; init; }
}
