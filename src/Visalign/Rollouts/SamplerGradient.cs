using Visalign.Generators;
using Visalign.Networks;
using Visalign.Torch;

namespace Visalign.Rollouts;

/// <summary>Carries a gradient at final samples back through the last steps of the sampler.</summary>
/// <remarks>
/// Back-propagation through time with the rollout's own states as checkpoints (Chen et al., arXiv 1604.06174): from the last
/// step to the first, a step is replayed from the state it began with, and its gradient with respect to that state is
/// handed to the step before. So one step's graph is alive at a time, whatever their number, and the gradient is that of the
/// whole graph.
/// </remarks>
public static class SamplerGradient
{
    /// <summary>Adds the gradients of all steps but the earliest to the parameters of the weights, and leaves that one's to the caller.</summary>
    /// <param name="weights">Those the rollout sampled with, with gradient.</param>
    /// <param name="plan">Its steps are deterministic; <see cref="RolloutPlan.GuidanceGradient"/> says which branches of guidance learn.</param>
    /// <param name="states">Shape <c>[B, C, H, W]</c> each: the states before the last K steps, K at least 1.</param>
    /// <param name="conditions">B rows.</param>
    /// <param name="gradient">Shape <c>[B, C, H, W]</c>: of a loss with respect to the final samples.</param>
    /// <param name="penalty">A loss of its own for a step, from its number, its start and the velocity there; null for none.</param>
    /// <returns>A scalar whose gradient is what is left to add; its value means nothing.</returns>
    public static Tensor Through(IFlow generator, Weights weights, RolloutPlan plan, IReadOnlyList<Tensor> states, EncodedConditions conditions, Tensor gradient,
        Func<int, Tensor, Tensor, Tensor>? penalty = null)
    {
        using var scope = Tensor.Scope();
        var arriving = plan.Grid.EndScale == 1 ? gradient : gradient * plan.Grid.EndScale;
        for (int i = states.Count - 1; ; i--)
        {
            int step = plan.StepCount - states.Count + i;
            var start = states[i].Detach();
            if (i > 0) start.RequireGrad();
            var velocity = RolloutSampler.VelocityOf(generator, weights, plan, step, start, conditions);
            var product = (RolloutSampler.GaussianOf(plan, step, start, velocity).Mean * arriving).Sum();
            if (penalty is not null) product += penalty(step, start, velocity);
            if (i == 0) return scope.Keep(product);
            Autograd.Backward(product);
            arriving = start.Gradient!.Detach();
        }
    }
}
