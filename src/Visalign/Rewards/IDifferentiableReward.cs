using Visalign.Generators;
using Visalign.Torch;

namespace Visalign.Rewards;

/// <summary>A reward that pictures can be moved along: it has a gradient with respect to their pixels.</summary>
/// <remarks>Both ways to ask are one formula: <see cref="IReward.Score"/> gives the numbers of <see cref="Score(Tensor, IReadOnlyList{Condition})"/>.</remarks>
public interface IDifferentiableReward : IReward
{
    /// <summary>Scores pictures, with gradient where gradients are recorded.</summary>
    /// <param name="pixels">Shape <c>[B, 3, H, W]</c>, in [0, 1].</param>
    /// <param name="conditions">B conditions, one for each picture.</param>
    /// <returns>Shape <c>[B]</c>, float32 or float64; higher is better.</returns>
    /// <exception cref="InputException">The numbers of pictures and conditions differ, or the reward cannot read a condition or pictures of this size.</exception>
    Tensor Score(Tensor pixels, IReadOnlyList<Condition> conditions);
}
