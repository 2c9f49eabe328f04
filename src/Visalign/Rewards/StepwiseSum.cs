using Visalign.Generators;
using Visalign.Pictures;
using Visalign.Torch;

namespace Visalign.Rewards;

/// <summary>A <see cref="RewardSum"/> over one-step predictions: parts that know noise levels are told theirs, the others judge the predicted picture as if it were finished.</summary>
internal sealed class StepwiseSum(IReadOnlyList<WeightedReward> parts) : IStepReward
{
    /// <inheritdoc/>
    /// <returns>Shape <c>[B]</c>; NaN where a part has no score.</returns>
    public Tensor Score(Tensor pixels, IReadOnlyList<Condition> conditions, double noiseLevel)
    {
        using var scope = Tensor.Scope();
        var total = Tensor.Zeros([pixels.Size(0)]);
        foreach (var (reward, weight) in parts)
        {
            var scores = reward switch
            {
                IStepReward stepAware => stepAware.Score(pixels, conditions, noiseLevel),
                IDifferentiableReward smooth => smooth.Score(pixels, conditions),
                _ => Judged(reward, pixels, conditions),
            };
            total += scores.To(DType.Float32) * weight;
        }
        return scope.Keep(total);
    }

    private static Tensor Judged(IReward reward, Tensor pixels, IReadOnlyList<Condition> conditions)
    {
        var pictures = new PictureBatch(pixels.ToArray<float>(), (int)pixels.Size(0), (int)pixels.Size(2), (int)pixels.Size(3));
        double[] scores = Judgment.Of(reward, pictures, conditions).Values;
        return Tensor.From(Array.ConvertAll(scores, score => (float)score), scores.Length);
    }
}
