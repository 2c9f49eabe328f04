using Visalign.Torch;

namespace Visalign.Objectives;

/// <summary>What preference models of the CLIP kind are trained by: which of two pictures was liked, with ties.</summary>
/// <remarks>
/// Kirstain et al., PickScore, arXiv 2305.01569; Liang et al., SPO, arXiv 2406.04314, both as in the authors' code. With
/// p = softmax(first, second) and y the share of the vote for the first:
/// <code>
/// L = sum_i w_i (-y_i ln p_i1 - (1 - y_i) ln p_i2 + [y_i = ½] ln ½),   w_i = (1 / n_i) / sum_j (1 / n_j)
/// </code>
/// The constant makes 0 the best loss of a tie. Departures: none.
/// </remarks>
public static class PairCrossEntropy
{
    /// <summary>The loss of a batch.</summary>
    /// <param name="first">Shape <c>[B]</c>: scaled score of each pair's first picture.</param>
    /// <param name="second">Shape <c>[B]</c>: of its second.</param>
    /// <param name="preferred">Shape <c>[B]</c>: 1 where the first was liked, 0 where the second was, ½ for a tie.</param>
    /// <param name="examples">Shape <c>[B]</c>: n, how many pairs the pair's prompt has in the data set.</param>
    /// <returns>Scalar; ln 2 for equal scores without ties.</returns>
    public static Tensor Loss(Tensor first, Tensor second, Tensor preferred, Tensor examples)
    {
        Expect.SameShape(first, second);
        Expect.SameShape(first, preferred);
        using var scope = Tensor.Scope();
        var margin = first - second;
        var entropy = -(preferred * margin.LogSigmoid() + (1 - preferred) * (-margin).LogSigmoid()) + preferred.EqualTo(0.5).To(DType.Float32) * Math.Log(0.5);
        var weights = examples.Reciprocal();
        return scope.Keep((entropy * weights).Sum() / weights.Sum());
    }
}
