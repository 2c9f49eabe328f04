using Visalign.Torch;

namespace Visalign.Objectives;

/// <summary>What CLIP is trained by: the own text of a picture, and the own picture of a text, among all in the batch.</summary>
/// <remarks>Radford et al., arXiv 2103.00020, figure 3; van den Oord et al., arXiv 1807.03748.</remarks>
public static class ContrastiveLoss
{
    /// <summary>The mean of both directions: <c>(CE(rows) + CE(columns)) / 2</c> against the diagonal.</summary>
    /// <param name="logitsPerText">Shape <c>[N, N]</c>, from <see cref="Networks.ClipModel.LogitsPerText"/>.</param>
    /// <returns>Scalar; ln N where all logits are equal.</returns>
    public static Tensor Of(Tensor logitsPerText)
    {
        Expect.Shape(logitsPerText, "N N");
        using var scope = Tensor.Scope();
        var own = Tensor.Arange(0, logitsPerText.Size(0), dtype: DType.Int64);
        return scope.Keep((Choice(logitsPerText, own) + Choice(logitsPerText.Transpose(0, 1), own)) * 0.5);
    }

    /// <summary>One direction: how surely each row picks its own column, as mean cross entropy.</summary>
    /// <param name="logits">Shape <c>[N, M]</c>; minus infinity, or a number as low, takes a column out of a row's choice.</param>
    /// <param name="own">Shape <c>[N]</c>, int64: the column of each row.</param>
    /// <returns>Scalar.</returns>
    public static Tensor Choice(Tensor logits, Tensor own)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(-logits.LogSoftmax(1).Gather(1, own.Unsqueeze(1)).Mean());
    }
}
