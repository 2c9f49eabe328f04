using Visalign.Torch;

namespace Visalign.Objectives;

/// <summary>How far a policy's prediction is from the reference's, velocity or noise: the penalty of methods that have no likelihoods.</summary>
/// <remarks>
/// <c>mean (v - v_ref)²</c> over the elements of a sample. For stochastic steps it is their KL up to a factor that
/// depends on the noise level alone; papers call it their KL loss (Zheng et al., DiffusionNFT, arXiv 2509.16117, of the velocity;
/// NVIDIA's DRaFT+ of the noise). Departures: none.
/// </remarks>
public static class PredictionDistance
{
    /// <summary>The penalty of each sample.</summary>
    /// <param name="prediction">Shape <c>[B, …]</c>: the policy's.</param>
    /// <param name="reference">The same shape, taken without gradient.</param>
    /// <returns>Shape <c>[B]</c>; 0 where they agree.</returns>
    public static Tensor PerSample(Tensor prediction, Tensor reference)
    {
        Expect.SameShape(prediction, reference);
        using var scope = Tensor.Scope();
        return scope.Keep((prediction - reference.Detach()).Square().MeanPerSample());
    }
}
