using Visalign.Generators;
using Visalign.Torch;

namespace Visalign.Rewards;

/// <summary>Judges what a sample will come to while it is still noisy.</summary>
public interface IStepReward
{
    /// <summary>Scores one-step predictions of the finished pictures, with gradient where gradients are recorded.</summary>
    /// <param name="pixels">Shape <c>[B, 3, H, W]</c>, in [0, 1]: the decoded x0 that the denoiser predicts from the noisy sample.</param>
    /// <param name="conditions">B conditions, one for each picture.</param>
    /// <param name="noiseLevel">Of the sample that the prediction was made from: 1 = noise, 0 = a finished picture.</param>
    /// <returns>Shape <c>[B]</c>; higher is better, comparable within one noise level only.</returns>
    Tensor Score(Tensor pixels, IReadOnlyList<Condition> conditions, double noiseLevel);
}
