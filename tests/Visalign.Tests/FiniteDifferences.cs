namespace Visalign.Tests;

/// <summary>Holds a gradient to the function it belongs to.</summary>
internal static class FiniteDifferences
{
    /// <summary>Along a random direction: the slope that the gradient promises, and the one that two values show.</summary>
    /// <param name="function">From a float32 tensor to a scalar.</param>
    /// <param name="at">Where.</param>
    /// <param name="step">Half the distance of the two values, in the direction's own length.</param>
    public static (double Promised, double Shown) Along(Func<Tensor, Tensor> function, Tensor at, ulong seed, double step)
    {
        using var scope = Tensor.Scope();
        var direction = Noise.Normal(new(seed, NoisePurpose.Probe), 0, [1, at.Count]).Reshape(at.Shape);
        direction = direction / direction.Norm();
        var leaf = at.Detach().Clone().RequireGrad();
        Autograd.Backward(function(leaf));
        double promised = (leaf.Gradient! * direction).Sum().Item();
        using var noGradient = Autograd.NoGrad();
        return (promised, (function(at + direction * step).Item() - function(at - direction * step).Item()) / (2 * step));
    }
}
