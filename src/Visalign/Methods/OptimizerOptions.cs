using System.ComponentModel.DataAnnotations;
using Visalign.Torch.Optimizers;

namespace Visalign.Methods;

/// <summary>The update rules there are.</summary>
public enum OptimizerName
{
    /// <summary>Adam with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101).</summary>
    Adamw,
}

/// <summary>How the adapter follows its gradient.</summary>
public sealed record OptimizerOptions
{
    /// <summary>The update rule.</summary>
    public OptimizerName Name { get; init; } = OptimizerName.Adamw;

    /// <summary>Length of a step; 3e-4 suits low-rank adapters, 1e-5 all weights.</summary>
    [Range(0, 1, MinimumIsExclusive = true)]
    public double LearningRate { get; init; } = 3e-4;

    /// <summary>Memory of the mean gradient.</summary>
    [Range(0, 1, MaximumIsExclusive = true)]
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Memory of the mean squared gradient.</summary>
    [Range(0, 1, MaximumIsExclusive = true)]
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Added to the root of the mean squared gradient.</summary>
    [Range(0, 1, MinimumIsExclusive = true)]
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Pull of each weight towards 0, times the learning rate.</summary>
    [Range(0, 10)]
    public double WeightDecay { get; init; } = 1e-4;

    /// <summary>Longest gradient, in its 2-norm; a longer one is scaled down to it.</summary>
    [Range(0, 1e9, MinimumIsExclusive = true)]
    public double ClipNorm { get; init; } = 1;

    /// <summary>How the learning rate runs after the warm-up.</summary>
    public LearningRateSchedule Schedule { get; init; } = LearningRateSchedule.Constant;

    /// <summary>Updates over which the learning rate rises from 0.</summary>
    [Range(0, 1_000_000)]
    public int WarmupSteps { get; init; }

    /// <summary>Updates made from one rollout; above 1, the later ones are off-policy.</summary>
    [Range(1, 1000)]
    public int UpdatesPerIteration { get; init; } = 1;

    /// <summary>Memory of the averaged adapter, which is what the run saves as its policy; 0 saves the newest one.</summary>
    [Range(0, 1, MaximumIsExclusive = true)]
    public double EmaDecay { get; init; } = 0.9;
}
